import type { RunStatus } from '../../client/wire.ts';

/** Which runs are shown: what the address of the page says. */
export interface Filters {
  readonly status: StatusFilter;
  readonly since: TimeFilter;
}

export interface Address extends Filters {
  /** The run that is looked at closely; null for the gallery. */
  readonly run: string | null;
}

export const STATUS_FILTERS = {
  all: undefined,
  completed: ['completed'],
  failed: ['error', 'stalled'],
  cancelled: ['cancelled'],
} as const satisfies Readonly<Record<string, readonly RunStatus[] | undefined>>;
export type StatusFilter = keyof typeof STATUS_FILTERS;

/** In ms. */
const DAY = 86_400_000;
export const TIME_FILTERS = { ever: null, day: DAY, week: 7 * DAY, month: 30 * DAY } as const;
export type TimeFilter = keyof typeof TIME_FILTERS;

/** From when on runs are shown; undefined: all of them. `now` in ms since 1970. */
export function sinceOf({ since }: Pick<Filters, 'since'>, now: number): Date | undefined {
  const span = TIME_FILTERS[since];
  return span === null ? undefined : new Date(now - span);
}

/** What `location.search` says; what it does not say, or wrongly, is as if nothing was asked for. */
export function readAddress(search: string): Address {
  const query = new URLSearchParams(search);
  return {
    run: query.get('run') || null,
    status: keyIn(STATUS_FILTERS, query.get('status')) ?? 'all',
    since: keyIn(TIME_FILTERS, query.get('since')) ?? 'ever',
  };
}

/** The address of a view of this page. */
export function addressOf({ run, status, since }: Address): string {
  const query = new URLSearchParams();
  if (run !== null) query.set('run', run);
  if (status !== 'all') query.set('status', status);
  if (since !== 'ever') query.set('since', since);
  return query.size === 0 ? '/history' : `/history?${query}`;
}

function keyIn<T extends object>(table: T, word: string | null): keyof T | null {
  return word !== null && isKey(table, word) ? word : null;
}

function isKey<T extends object>(table: T, word: PropertyKey): word is keyof T {
  return Object.hasOwn(table, word);
}
