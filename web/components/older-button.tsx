import type { Older } from '../use-older.ts';

/** Below a list of events: the way to those before. */
export function OlderButton({ older: { state, problem, events, more } }: { readonly older: Older }) {
  return (
    <div class="older">
      {problem !== '' && (
        <p class="error" role="alert">
          {problem}
        </p>
      )}
      {state === 'end' ? (
        events.length > 0 && (
          <p class="hint" role="status">
            That is all there is.
          </p>
        )
      ) : (
        <button type="button" class="quiet small" onClick={() => void more()}>
          {state === 'loading' ? 'Loading…' : 'Show older'}
        </button>
      )}
    </div>
  );
}

/** Above it, when the latest are not shown any more. */
export function LatestButton({ older: { isCut, toLatest } }: { readonly older: Older }) {
  if (!isCut) return null;
  return (
    <div class="older">
      <button type="button" class="quiet small" onClick={toLatest}>
        Back to the latest
      </button>
    </div>
  );
}
