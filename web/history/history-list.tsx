import { counted } from '../format.ts';
import type { Filters } from './address.ts';
import { FilterBar } from './filters.tsx';
import { Gallery } from './gallery.tsx';
import type { HistoryList as List } from './use-history.ts';

interface HistoryListProps {
  readonly list: List;
  readonly filters: Filters;
  /** While a run is looked at: the gallery keeps its place and its pictures. */
  readonly isHidden: boolean;
  readonly hrefOf: (id: string) => string;
  readonly onOpen: (id: string) => void;
  readonly onFilter: (filters: Filters) => void;
}

/** The gallery of runs, with its filters and all that it has to say of itself. */
export function HistoryList({ list, filters, isHidden, hrefOf, onOpen, onFilter }: HistoryListProps) {
  const { entries, state } = list;
  const isFiltered = filters.status !== 'all' || filters.since !== 'ever';
  return (
    <div hidden={isHidden}>
      <div class="history-top">
        <FilterBar filters={filters} onChange={onFilter} />
      </div>
      {entries.length > 0 && (
        <Gallery entries={entries} hrefOf={hrefOf} onOpen={onOpen} onEnd={list.loadMore} />
      )}
      {entries.length === 0 && state === 'complete' && (
        <section class="card empty-history">
          <h2>{isFiltered ? 'No run is like that' : 'Nothing has been run yet'}</h2>
          {isFiltered ? (
            <p class="actions">
              <button type="button" class="quiet" onClick={() => onFilter({ status: 'all', since: 'ever' })}>
                Show all runs
              </button>
            </p>
          ) : (
            <p class="hint">
              <a href="/home">Run a workflow</a>, here or in the graph editor: what it makes will be shown
              here.
            </p>
          )}
        </section>
      )}
      {typeof state === 'object' ? (
        <div class="history-end" role="alert">
          <p class="error">{state.failure}</p>
          <button type="button" class="quiet" onClick={list.tryAgain}>
            Try again
          </button>
        </div>
      ) : (
        <p class="history-end hint" role="status">
          {endInWords(state, entries.length)}
        </p>
      )}
    </div>
  );
}

function endInWords(state: 'loading' | 'more' | 'complete', count: number): string {
  if (state === 'loading') return 'Loading the history…';
  if (state === 'more') return 'Loading more…';
  return count === 0 ? '' : `${counted(count, 'run')}, and that is all.`;
}
