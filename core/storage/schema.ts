import type { Database } from 'better-sqlite3';

/**
 * The steps from an empty file to the present tables, in order; a file says how many were taken (user_version).
 * A step once shipped stays as it is: what it should have been is the next step.
 */
const STEPS: readonly string[] = [
  `
  CREATE TABLE state (clean INTEGER NOT NULL);
  INSERT INTO state VALUES (1);

  -- Ids are Unix milliseconds, or one more than the last where that is later: so they grow, whatever was lost or deleted.
  CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    severity TEXT NOT NULL,
    timestamp TEXT NOT NULL,
    message TEXT NOT NULL,
    data TEXT NOT NULL
  );

  -- What is small comes first: SQLite reads a row only as far as it is asked to.
  CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    prompt_id TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    accepted INTEGER NOT NULL,
    ended_at INTEGER,
    bytes INTEGER NOT NULL,
    progress TEXT NOT NULL,
    node_errors TEXT NOT NULL,
    prompt TEXT NOT NULL
  );
  CREATE INDEX runs_by_status ON runs (status, number);
  CREATE INDEX runs_by_bytes ON runs (bytes);

  -- What this Studio calls itself, to ComfyUI for one.
  CREATE TABLE names (name TEXT PRIMARY KEY, value TEXT NOT NULL);
  `,
  `
  -- How an event is kept (core/events/retention.ts): news, audit or attempt.
  ALTER TABLE events ADD COLUMN kept_as TEXT NOT NULL DEFAULT 'news';
  UPDATE events SET kept_as = 'audit'
    WHERE type IN ('auth.login', 'auth.sessions.rotated', 'manager.security_level.changed') OR type GLOB 'maintenance.*';
  UPDATE events SET kept_as = 'attempt' WHERE type IN ('auth.failed', 'auth.throttled', 'manager.refused');
  CREATE INDEX events_kept_as ON events (kept_as, id);
  `,
  `
  -- How long the nodes of a run took (NodeTiming), as JSON.
  ALTER TABLE runs ADD COLUMN timings TEXT NOT NULL DEFAULT '[]';

  -- When it was queued, in Unix milliseconds, and never before the run before it: so that times are ranges of numbers, even
  -- where the clock was set back.
  ALTER TABLE runs ADD COLUMN queued_at INTEGER NOT NULL DEFAULT 0;
  UPDATE runs SET queued_at = queued.at FROM (
    SELECT number, max(CAST(round((julianday(written) - 2440587.5) * 86400000) AS INTEGER)) OVER (ORDER BY number) AS at
    FROM (SELECT number, CASE WHEN json_valid(progress) THEN json_extract(progress, '$.queued_at') END AS written FROM runs)
  ) AS queued WHERE runs.number = queued.number AND queued.at IS NOT NULL;
  CREATE INDEX runs_by_queued_at ON runs (queued_at);
  `,
  `
  -- The runs that are over, with all that it takes to choose those that are to be forgotten (core/runs/run-retention.ts).
  CREATE INDEX runs_by_end ON runs (ended_at, bytes) WHERE ended_at IS NOT NULL;
  DROP INDEX runs_by_bytes;
  `,
];

/** Brings the tables up to date. Throws SqliteError, also when a newer Studio wrote the file. */
export function migrate(database: Database): void {
  const taken = Number(database.pragma('user_version', { simple: true }));
  if (taken > STEPS.length) throw new Error('it was written by a newer version of Studio');
  if (taken === STEPS.length) return;
  database.transaction(() => {
    for (const step of STEPS.slice(taken)) database.exec(step);
    database.pragma(`user_version = ${STEPS.length}`);
  })();
}
