import type { HistoryQuery } from './archive.ts';

export interface Page {
  /** Of `number` and `progress`, newest first; what it still wants for its last value is how many. */
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/**
 * Which rows of the runs' table a page may have. The runs of each status are found in the order of their numbers by an index,
 * and merged: asked for several at once, SQLite would go through all runs, and to such as hardly any are that is a long way.
 */
export function pageOf({ statuses, ...query }: HistoryQuery): Page {
  const { where, values } = conditions(query);
  const select = `SELECT number, progress FROM runs ${where}`;
  const order = 'ORDER BY number DESC LIMIT ?';
  if (statuses === undefined) return { sql: `${select} ${order}`, values };
  const each = [...new Set(statuses)];
  return {
    sql: `${each.map(() => `${select} AND status = ?`).join(' UNION ALL ')} ${order}`,
    values: each.flatMap((status) => [...values, status]),
  };
}

/** Times become ranges of numbers, each end found by one look into the index of times: so reading stops at the range's end. */
function conditions({ before, since, until }: Omit<HistoryQuery, 'statuses'>): {
  readonly where: string;
  readonly values: readonly (string | number)[];
} {
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
  return { where: `WHERE ${all.join(' AND ')}`, values };
}
