import type { HistoryQuery } from './archive.ts';

export interface Conditions {
  readonly where: string;
  readonly values: readonly (string | number)[];
}

/**
 * Which rows of the runs' table a page may have. Times become ranges of numbers, each end found by one look into the index
 * of times: so a page is read along the numbers, newest first, and reading stops at the range's end.
 */
export function conditions({ before, statuses, since, until }: HistoryQuery): Conditions {
  const all = ['accepted = 1'];
  const values: (string | number)[] = [];
  function add(condition: string, ...its: readonly (string | number)[]): void {
    all.push(condition);
    values.push(...its);
  }
  if (before !== undefined) add('number < ?', before);
  // Where no run is that young, the subquery is NULL, and so no number is at least that.
  if (since !== undefined)
    add('number >= (SELECT number FROM runs WHERE queued_at >= ? ORDER BY queued_at, number LIMIT 1)', since);
  if (until !== undefined)
    add(
      'number <= (SELECT number FROM runs WHERE queued_at < ? ORDER BY queued_at DESC, number DESC LIMIT 1)',
      until,
    );
  if (statuses !== undefined) add(`status IN (${statuses.map(() => '?').join(', ')})`, ...statuses);
  return { where: `WHERE ${all.join(' AND ')}`, values };
}
