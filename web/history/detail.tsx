import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { RunProgress } from '../../client/wire.ts';
import { RunView } from './run-view.tsx';
import { isPlainClick } from './use-address.ts';
import { useEntry } from './use-entry.ts';

interface DetailProps {
  readonly id: string;
  /** The run as the stream tells it, when it does. */
  readonly live: RunProgress | undefined;
  readonly hrefOf: (id: string | null) => string;
  readonly onGo: (id: string | null) => void;
  readonly onDeleted: (id: string) => void;
  /** Its neighbours in the gallery. */
  readonly newer: string | null;
  readonly older: string | null;
}

/** One run of the history, whole. */
export function Detail({ id, live, hrefOf, onGo, onDeleted, newer, older }: DetailProps) {
  const [state, askAgain] = useEntry(id, live?.status);
  const heading = useRef<HTMLHeadingElement>(null);
  // A page of its own to whoever listens to it: it is read from its heading on.
  useEffect(() => heading.current?.focus({ preventScroll: true }), [id, state.kind]);

  function link(words: string, to: string | null, isThere = true): ComponentChildren {
    if (!isThere) return null;
    return (
      <a
        href={hrefOf(to)}
        onClick={(event) => {
          if (!isPlainClick(event)) return;
          event.preventDefault();
          onGo(to);
        }}
      >
        {words}
      </a>
    );
  }

  return (
    <div class="detail">
      <nav class="detail-nav" aria-label="Runs">
        {link('← All runs', null)}
        <span>
          {link('Newer', newer, newer !== null)}
          {link('Older', older, older !== null)}
        </span>
      </nav>
      {state.kind === 'loading' && <p class="card hint">Loading the run…</p>}
      {state.kind === 'unknown' && (
        <section class="card">
          <h2 ref={heading} tabIndex={-1}>
            There is no such run
          </h2>
          <p class="empty">
            It was deleted, or the address is not right. Files that it made may still be in ComfyUI’s output
            folder.
          </p>
        </section>
      )}
      {state.kind === 'failed' && (
        <section class="card">
          <h2 ref={heading} tabIndex={-1}>
            The run could not be loaded
          </h2>
          <p class="error" role="alert">
            {state.reason}
          </p>
          <p class="actions">
            <button type="button" onClick={askAgain}>
              Try again
            </button>
          </p>
        </section>
      )}
      {state.kind === 'known' && (
        <RunView
          key={id}
          heading={heading}
          entry={live === undefined ? state.entry : { ...state.entry, run: live }}
          onStarted={onGo}
          onDeleted={() => onDeleted(id)}
        />
      )}
    </div>
  );
}
