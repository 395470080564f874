import type { PromptId, RunProgress } from '../client/wire.ts';

/** Runs that are open, in the order in which they are going to run, and those that are over. */
export interface SortedRuns {
  readonly open: readonly RunProgress[];
  readonly over: readonly RunProgress[];
  /** How many run before a waiting one, plus one; by its id. */
  readonly positions: ReadonlyMap<PromptId, number>;
}

/**
 * `order`: the ids that wait, as GET /api/admin/queue has them, for a run can be queued in front of others. Those that it does not
 * know yet are behind the rest, as they were queued.
 */
export function sortRuns(runs: readonly RunProgress[], order: readonly PromptId[]): SortedRuns {
  const placeOf = ({ prompt_id }: RunProgress) => {
    const place = order.indexOf(prompt_id);
    return place < 0 ? order.length : place;
  };
  const running = runs.filter(({ status }) => status === 'running');
  const waiting = runs
    .filter(({ status }) => status === 'queued')
    .sort((one, other) => placeOf(one) - placeOf(other) || one.queued_at.localeCompare(other.queued_at));
  return {
    open: [...running, ...waiting],
    over: runs.filter(({ status }) => status !== 'running' && status !== 'queued'),
    positions: new Map(waiting.map(({ prompt_id }, index) => [prompt_id, index + 1])),
  };
}
