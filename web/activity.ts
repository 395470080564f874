import type { StudioEvent } from '../client/message.ts';

/** Which events a reader wants to see. */
export interface ActivityFilter {
  readonly about: About;
  readonly severity: Least;
}

export type About = 'all' | 'runs' | 'access' | 'system';

/** The least severity that is shown. */
export type Least = 'all' | 'warning' | 'error';

export const ABOUT_WORDS: Readonly<Record<About, string>> = {
  all: 'Everything',
  runs: 'Runs',
  access: 'Access and security',
  system: 'System',
};

export const LEAST_WORDS: Readonly<Record<Least, string>> = {
  all: 'Any severity',
  warning: 'Warnings and errors',
  error: 'Errors',
};

export const SHOW_ALL: ActivityFilter = { about: 'all', severity: 'all' };

/** What the names of event types begin with, by what they are about. A type that nobody knows yet is the system's. */
const BEGINNINGS: readonly (readonly [string, About])[] = [
  ['job.', 'runs'],
  ['auth.', 'access'],
  ['manager.', 'access'],
  ['admin.', 'access'],
];

export function isWanted({ about, severity }: ActivityFilter, event: StudioEvent): boolean {
  if (severity === 'error' && event.severity !== 'error') return false;
  if (severity === 'warning' && event.severity !== 'warning' && event.severity !== 'error') return false;
  return about === 'all' || about === aboutOf(event);
}

function aboutOf({ type }: StudioEvent): About {
  return BEGINNINGS.find(([beginning]) => type.startsWith(beginning))?.[1] ?? 'system';
}

/** How many events are newer than the newest that was looked at. `events` is newest first. */
export function unreadCount(events: readonly StudioEvent[], seen: number): number {
  return events.filter((event) => event.id > seen).length;
}

/**
 * The id that counts as looked at, of the one that was remembered: at a first visit all is old news; when Studio has lost its
 * log ids begin anew, and what was remembered means nothing.
 */
export function seenFrom(remembered: number | null, newest: number): number {
  return remembered === null || remembered > newest ? newest : remembered;
}
