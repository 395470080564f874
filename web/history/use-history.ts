import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { runOf } from '../../client/frames.ts';
import type { RunProgress } from '../../client/wire.ts';
import { failureOf, studio } from '../studio.ts';
import { type Filters, STATUS_FILTERS, sinceOf } from './address.ts';
import { type Entry, entryOf, fits, withLive, withPage } from './entries.ts';

const PAGE = 100;

export interface HistoryList {
  readonly entries: readonly Entry[];
  readonly state: 'loading' | 'more' | 'complete' | { readonly failure: string };
  /** Loads the next page, unless that is being done, or has failed, or there is none. */
  loadMore(): void;
  /** After a failure. */
  tryAgain(): void;
  /** These were deleted. */
  drop(ids: readonly string[]): void;
}

interface Loaded {
  readonly filters: Filters;
  readonly entries: readonly Entry[];
  readonly next: string | null;
}

/** The history, page by page as it is asked for, and kept up to date by the runs that the stream tells of. */
export function useHistory(filters: Filters, live: readonly RunProgress[]): HistoryList {
  const { status, since } = filters;
  const wanted = useMemo(() => ({ status, since }), [status, since]);
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const loading = useRef<AbortController | null>(null);
  // What was loaded for other filters is not shown for these.
  const current = loaded?.filters === wanted ? loaded : null;

  const load = useCallback(
    async (after: Loaded | null) => {
      if (loading.current !== null) return;
      const controller = new AbortController();
      loading.current = controller;
      setFailure(null);
      try {
        const page = await studio.history({
          limit: PAGE,
          before: after?.next ?? undefined,
          status: STATUS_FILTERS[wanted.status],
          since: sinceOf(wanted, Date.now()),
          signal: controller.signal,
        });
        const entries = page.runs.flatMap((fields) => {
          const run = runOf(fields);
          return run === null ? [] : [entryOf(run)];
        });
        setLoaded({
          filters: wanted,
          entries: withPage(after?.entries ?? [], entries),
          next: page.next,
        });
      } catch (error) {
        if (!controller.signal.aborted) setFailure(failureOf(error).detail);
      } finally {
        if (loading.current === controller) loading.current = null;
      }
    },
    [wanted],
  );

  useEffect(() => {
    void load(null);
    return () => {
      loading.current?.abort();
      loading.current = null;
    };
  }, [load]);

  const entries = useMemo(() => {
    const now = Date.now();
    const isShown = (entry: Entry) => !gone.has(entry.id) && fits(entry, wanted, now);
    return current === null ? [] : withLive(current.entries, live.map(entryOf), isShown);
  }, [current, live, gone, wanted]);

  const state = stateOf(current, failure);
  return {
    entries,
    state,
    loadMore: () => {
      if (state === 'more') void load(current);
    },
    tryAgain: () => void load(current),
    drop: (ids) => setGone(new Set([...gone, ...ids])),
  };
}

function stateOf(current: Loaded | null, failure: string | null): HistoryList['state'] {
  if (failure !== null) return { failure };
  if (current === null) return 'loading';
  return current.next === null ? 'complete' : 'more';
}
