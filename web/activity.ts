import type { StudioEvent } from '../client/message.ts';
import type { Severity } from '../client/wire.ts';

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
const BEGINNINGS: Readonly<Record<Exclude<About, 'all'>, readonly string[]>> = {
  runs: ['job.'],
  access: ['auth.', 'manager.', 'admin.'],
  system: ['system.', 'maintenance.', 'comfyui.'],
};

export function isWanted({ about, severity }: ActivityFilter, event: StudioEvent): boolean {
  if (!severitiesOf(severity).includes(event.severity)) return false;
  return about === 'all' || about === aboutOf(event);
}

/** For GET /api/admin/events: the same events, but what an update printed, which has a place of its own. */
export function queryOf({ about, severity }: ActivityFilter): string {
  const beginnings = about === 'all' ? Object.values(BEGINNINGS).flat() : BEGINNINGS[about];
  const types = beginnings.map((beginning) => `${beginning}*`).join(',');
  const severities = severity === 'all' ? '' : `&severity=${severitiesOf(severity).join(',')}`;
  return `limit=${PAGE}&types=${types}${severities}`;
}

const PAGE = 100;

function severitiesOf(least: Least): readonly Severity[] {
  switch (least) {
    case 'all':
      return ['info', 'success', 'warning', 'error'];
    case 'warning':
      return ['warning', 'error'];
    case 'error':
      return ['error'];
  }
}

function aboutOf({ type }: StudioEvent): About {
  const isAbout = (about: 'runs' | 'access') =>
    BEGINNINGS[about].some((beginning) => type.startsWith(beginning));
  return isAbout('runs') ? 'runs' : isAbout('access') ? 'access' : 'system';
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
