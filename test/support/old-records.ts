import type { Database } from 'better-sqlite3';

/** What takes back the steps of core/storage/schema.ts: the one at index 0 leads from version 2 to 1. */
const UNDO: readonly string[] = [
  'DROP INDEX events_kept_as; ALTER TABLE events DROP COLUMN kept_as;',
  'DROP INDEX runs_by_queued_at; ALTER TABLE runs DROP COLUMN queued_at; ALTER TABLE runs DROP COLUMN timings;',
  'DROP INDEX runs_by_end; CREATE INDEX runs_by_bytes ON runs (bytes);',
];

/** Makes records what they were at a version before, for the next start to bring them up to date. */
export function makeOld(database: Database, version: number): void {
  const present = Number(database.pragma('user_version', { simple: true }));
  if (present !== UNDO.length + 1) throw new Error('a step is not taken back here yet: add it');
  for (const step of UNDO.slice(version - 1).toReversed()) database.exec(step);
  database.pragma(`user_version = ${version}`);
}
