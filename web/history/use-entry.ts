import { useEffect, useState } from 'preact/hooks';
import type { HistoryEntry } from '../../client/history-calls.ts';
import type { RunStatus } from '../../client/wire.ts';
import { failureOf, studio } from '../studio.ts';

export type EntryState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'known'; readonly entry: HistoryEntry }
  /** Deleted, or never there. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'failed'; readonly reason: string };

/** All that is remembered of a run; asked again when `status`, which the stream tells, changes, and by the function. */
export function useEntry(id: string, status: RunStatus | undefined): readonly [EntryState, () => void] {
  const [state, setState] = useState<EntryState>({ kind: 'loading' });
  const [turn, setTurn] = useState(0);

  // A change of status or turn is what it asks again for.
  useEffect(() => {
    const controller = new AbortController();
    setState((known) =>
      known.kind === 'known' && known.entry.run.prompt_id === id ? known : { kind: 'loading' },
    );
    studio.historyEntry(id, { signal: controller.signal }).then(
      (entry) => setState({ kind: 'known', entry }),
      (error) => {
        if (controller.signal.aborted) return;
        const { status, detail } = failureOf(error);
        setState(status === 404 ? { kind: 'unknown' } : { kind: 'failed', reason: detail });
      },
    );
    return () => controller.abort();
  }, [id, status, turn]);

  return [state, () => setTurn((last) => last + 1)];
}
