import { stringify } from 'lossless-json';
import { z } from 'zod';
import { parseExactJson } from '../exact-json.ts';
import type { Storage } from '../storage/storage.ts';
import type { RunArchive, RunRecord } from './archive.ts';
import { promptFrom } from './comfyui-answers.ts';
import { conditions } from './history-conditions.ts';
import { isOver } from './state.ts';
import { StoredProgress, StoredTiming } from './stored-progress.ts';

/** Of the runs that are over. The oldest go first, by whichever limit is reached. */
export interface RunRetention {
  readonly count: number;
  readonly days: number;
  /** What their records may take together, in bytes; workflows can carry images. */
  readonly bytes: number;
}

/** How many runs may end before the ones that are too many are deleted. */
const PRUNE_EVERY = 50;

const DAY_MS = 86_400_000;
const OVER = `status NOT IN ('queued', 'running')`;

/** The archive in Studio's own storage. */
export function createSqliteArchive(storage: Storage, retention: RunRetention): RunArchive {
  const { database } = storage;
  const insert = database.prepare(
    `INSERT OR REPLACE INTO runs (prompt_id, status, accepted, bytes, progress, node_errors, prompt, queued_at)
     VALUES (@id, @status, 0, @bytes, @progress, '{}', @prompt,
       max(@queuedAt, coalesce((SELECT max(queued_at) FROM runs), 0)))`,
  );
  const update = database.prepare(
    `UPDATE runs SET status = @status, accepted = @accepted, ended_at = @endedAt, progress = @progress,
       node_errors = @nodeErrors WHERE prompt_id = @id`,
  );
  // Most saves bring no news of these.
  const updateTimings = database.prepare(
    'UPDATE runs SET timings = @timings WHERE prompt_id = @id AND timings IS NOT @timings',
  );
  const timingsOf = database.prepare('SELECT timings FROM runs WHERE prompt_id = ?').pluck();
  const drop = database.prepare('DELETE FROM runs WHERE prompt_id = ?');
  const open = database.prepare(`SELECT * FROM runs WHERE status IN ('queued', 'running') ORDER BY number`);
  const get = database.prepare('SELECT accepted, progress, node_errors FROM runs WHERE prompt_id = ?');
  const promptOf = database.prepare('SELECT prompt FROM runs WHERE prompt_id = ?').pluck();
  const deleteOne = database.prepare(`DELETE FROM runs WHERE prompt_id = ? AND ${OVER}`);
  const deleteAll = database.prepare(`DELETE FROM runs WHERE ${OVER} RETURNING prompt_id`).pluck();
  const pruneOld = database.prepare(
    `DELETE FROM runs WHERE ${OVER} AND (ended_at < @oldest
       OR number <= (SELECT number FROM runs ORDER BY number DESC LIMIT 1 OFFSET @count))`,
  );
  // The number of the newest run that, with all newer ones, takes more than there is room for.
  const tooMuch = database
    .prepare(
      `SELECT number FROM (SELECT number, sum(bytes) OVER (ORDER BY number DESC) AS total FROM runs)
       WHERE total > ? ORDER BY number DESC LIMIT 1`,
    )
    .pluck();
  const pruneBelow = database.prepare(`DELETE FROM runs WHERE ${OVER} AND number <= ?`);
  const bytesKept = database.prepare('SELECT sum(bytes) FROM runs').pluck();
  let untilPrune = 0;
  /** The most that the records can take by now: what was deleted since it was counted is still in it. */
  let mostBytes = Number.POSITIVE_INFINITY;

  function pruneNowAndThen(): void {
    untilPrune -= 1;
    if (untilPrune > 0 && mostBytes <= retention.bytes) return;
    untilPrune = PRUNE_EVERY;
    pruneOld.run({ oldest: Date.now() - retention.days * DAY_MS, count: retention.count });
    if (mostBytes <= retention.bytes) return;
    const number = tooMuch.get(retention.bytes);
    if (number !== undefined) pruneBelow.run(number);
    mostBytes = Number(bytesKept.get());
  }

  return {
    begin(run, prompt) {
      const promptText = stringify(prompt) ?? '{}';
      const progress = JSON.stringify(run);
      const bytes = Buffer.byteLength(promptText) + progress.length;
      storage.write(() =>
        insert.run({
          id: run.prompt_id,
          status: run.status,
          bytes,
          progress,
          prompt: promptText,
          queuedAt: Date.parse(run.queued_at),
        }),
      );
      mostBytes += bytes;
    },
    save({ run, accepted, nodeErrors }) {
      const ended = isOver(run.status);
      storage.write(() => {
        update.run({
          id: run.prompt_id,
          status: run.status,
          accepted: Number(accepted),
          endedAt: ended ? Date.parse(run.ended_at ?? run.queued_at) : null,
          progress: JSON.stringify(run),
          nodeErrors: JSON.stringify(nodeErrors),
        });
        if (ended) pruneNowAndThen();
      });
    },
    saveTimings(id, timings) {
      storage.write(() => updateTimings.run({ id, timings: JSON.stringify(timings) }));
    },
    drop(id) {
      storage.write(() => drop.run(id));
    },
    together: storage.together,

    open: () => open.all().map((row) => ({ ...recordOf(row), prompt: PromptRow.parse(row).prompt })),
    get(id) {
      const row = get.get(id);
      return row === undefined ? undefined : recordOf(row);
    },
    promptOf(id) {
      const text = promptOf.get(id);
      return typeof text === 'string' ? promptFrom(parseExactJson(text)) : undefined;
    },
    timingsOf(id) {
      const text = timingsOf.get(id);
      return text === undefined ? [] : StoredTimings.parse(text);
    },
    list(query) {
      const { where, values } = conditions(query);
      // One more than asked for tells whether there is a next page.
      const rows = Page.parse(
        database
          .prepare(`SELECT number, progress FROM runs ${where} ORDER BY number DESC LIMIT ?`)
          .all(...values, query.limit + 1),
      );
      const page = rows.slice(0, query.limit);
      const last = page.at(-1);
      return {
        runs: page.map(({ progress }) => progress),
        next: rows.length > query.limit && last !== undefined ? last.number : null,
      };
    },
    delete: (ids) => storage.write(() => ids.filter((id) => deleteOne.run(id).changes > 0)),
    deleteAll: () => storage.write(() => z.array(z.string()).parse(deleteAll.all())),
  };
}

const Json = z.string().transform((text): unknown => JSON.parse(text));

const Page = z.array(z.object({ number: z.number(), progress: Json.pipe(StoredProgress) }));

const StoredTimings = Json.pipe(z.array(StoredTiming));

const RecordRow = z.object({
  accepted: z.number(),
  progress: Json.pipe(StoredProgress),
  node_errors: Json.pipe(z.record(z.string(), z.unknown())),
});

const PromptRow = z.object({ prompt: z.string().transform((text) => promptFrom(parseExactJson(text))) });

function recordOf(row: unknown): RunRecord {
  const { accepted, progress, node_errors } = RecordRow.parse(row);
  return { run: progress, accepted: accepted === 1, nodeErrors: node_errors };
}
