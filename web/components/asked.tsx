import type { ComponentChildren } from 'preact';
import type { Answer } from '../use-answer.ts';

interface AskedProps<T> {
  readonly answer: Answer<T> & { readonly reload: () => void };
  readonly children: (value: T) => ComponentChildren;
}

/** What was asked for; until it is there, that it is coming, or why it did not come. */
export function Asked<T>({ answer: { value, problem, isWaiting, reload }, children }: AskedProps<T>) {
  return (
    <>
      {isWaiting && <p class="hint">{problem}</p>}
      {problem !== null && !isWaiting && (
        <div class="problem" role="alert">
          <p class="error">{problem}</p>
          <button type="button" class="quiet small" onClick={reload}>
            Try again
          </button>
        </div>
      )}
      {value === null && problem === null && <p class="empty">Loading…</p>}
      {value !== null && children(value)}
    </>
  );
}
