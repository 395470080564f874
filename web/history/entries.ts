import type { OutputItem, PromptId, RunProgress, RunStatus } from '../../client/wire.ts';
import { outputsOf } from '../outputs.ts';
import { type Filters, STATUS_FILTERS, sinceOf } from './address.ts';

/** What the gallery shows of a run: little, for there can be ten thousand. */
export interface Entry {
  readonly id: PromptId;
  readonly title: string;
  readonly status: RunStatus;
  readonly queuedAt: string;
  /** The first thing that it made. */
  readonly cover: OutputItem | null;
  readonly outputCount: number;
  readonly error: string | null;
}

export function entryOf(run: RunProgress): Entry {
  const outputs = outputsOf(run);
  return {
    id: run.prompt_id,
    title: run.title,
    status: run.status,
    queuedAt: run.queued_at,
    cover: outputs[0] ?? null,
    outputCount: outputs.length,
    error: run.error?.message.slice(0, 200) ?? null,
  };
}

/** `now` in ms since 1970. */
export function fits({ status, queuedAt }: Entry, filters: Filters, now: number): boolean {
  const statuses: readonly RunStatus[] | undefined = STATUS_FILTERS[filters.status];
  const since = sinceOf(filters, now);
  if (since !== undefined && Date.parse(queuedAt) < since.getTime()) return false;
  return statuses === undefined || statuses.includes(status);
}

/**
 * The pages that were loaded, newest first, brought up to date by what the stream has told since: known runs as they are now, and in
 * front those that are newer than all of them.
 */
export function withLive(
  loaded: readonly Entry[],
  live: readonly Entry[],
  isShown: (entry: Entry) => boolean,
): readonly Entry[] {
  if (live.length === 0) return loaded.filter(isShown);
  const current = new Map(live.map((entry) => [entry.id, entry]));
  const newest = loaded[0]?.queuedAt ?? '';
  const known = new Set(loaded.map(({ id }) => id));
  const fresh = live
    .filter(({ id, queuedAt }) => !known.has(id) && queuedAt >= newest)
    .sort((one, other) => other.queuedAt.localeCompare(one.queuedAt));
  return [...fresh, ...loaded.map((entry) => current.get(entry.id) ?? entry)].filter(isShown);
}

/** The pages with one more behind them; a run that has slipped from one page to the next is not shown twice. */
export function withPage(loaded: readonly Entry[], page: readonly Entry[]): readonly Entry[] {
  const known = new Set(loaded.map(({ id }) => id));
  return [...loaded, ...page.filter(({ id }) => !known.has(id))];
}
