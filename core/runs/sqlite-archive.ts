import { stringify } from 'lossless-json';
import { z } from 'zod';
import { parseExactJson } from '../exact-json.ts';
import type { Storage } from '../storage/storage.ts';
import type { RunArchive, RunRecord } from './archive.ts';
import { promptFrom } from './comfyui-answers.ts';
import { pageOf } from './history-conditions.ts';
import type { PromptId } from './run.ts';
import { createForgetting, type RunRetention } from './run-retention.ts';
import { isOver } from './state.ts';
import { StoredProgress, StoredTiming } from './stored-progress.ts';

const OVER = `status NOT IN ('queued', 'running')`;

/** The archive in Studio's own storage. */
export function createSqliteArchive(storage: Storage, retention: RunRetention): RunArchive {
  const { database } = storage;
  const insert = database.prepare(
    `INSERT OR REPLACE INTO runs (prompt_id, status, accepted, bytes, progress, node_errors, prompt, queued_at)
     VALUES (@id, @status, 0, @bytes, @progress, '{}', @prompt,
       max(@queuedAt, coalesce((SELECT max(queued_at) FROM runs), 0)))`,
  );
  // How much of it there is stays as it was counted when it ended.
  const update = database
    .prepare(
      `UPDATE runs SET status = @status, accepted = @accepted, ended_at = @endedAt, progress = @progress,
         node_errors = @nodeErrors, bytes = CASE WHEN ended_at IS NULL
           THEN octet_length(prompt) + octet_length(@progress) + octet_length(timings) ELSE bytes END
       WHERE prompt_id = @id RETURNING bytes`,
    )
    .pluck();
  // Most saves bring no news of these.
  const updateTimings = database.prepare(
    'UPDATE runs SET timings = @timings WHERE prompt_id = @id AND timings IS NOT @timings',
  );
  const timingsOf = database.prepare('SELECT timings FROM runs WHERE prompt_id = ?').pluck();
  const drop = database.prepare('DELETE FROM runs WHERE prompt_id = ?');
  const open = database.prepare(`SELECT * FROM runs WHERE status IN ('queued', 'running') ORDER BY number`);
  const get = database.prepare('SELECT accepted, progress, node_errors FROM runs WHERE prompt_id = ?');
  const promptOf = database.prepare('SELECT prompt FROM runs WHERE prompt_id = ?').pluck();
  const deleteOne = database
    .prepare(`DELETE FROM runs WHERE prompt_id = ? AND ${OVER} RETURNING bytes`)
    .pluck();
  const deleteAll = database.prepare(`DELETE FROM runs WHERE ${OVER} RETURNING prompt_id`).pluck();
  const earlier = database.prepare('SELECT bytes, ended_at FROM runs WHERE prompt_id = ?');
  const forgetting = createForgetting(storage, retention);

  /** What is kept of the run until now. */
  function beforeOf(id: PromptId): z.infer<typeof BeforeRow> | undefined {
    return BeforeRow.optional().parse(earlier.get(id));
  }

  function deleted(bytes: number): void {
    storage.whenKept(() => forgetting.deleted({ runs: 1, bytes }));
  }

  return {
    begin(run, prompt) {
      const promptText = stringify(prompt) ?? '{}';
      const progress = JSON.stringify(run);
      const bytes = Buffer.byteLength(promptText) + progress.length;
      const before = beforeOf(run.prompt_id);
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
      if (typeof before?.ended_at === 'number') deleted(before.bytes);
    },
    save({ run, accepted, nodeErrors }) {
      const ended = isOver(run.status);
      const before = ended ? beforeOf(run.prompt_id) : undefined;
      const bytes = storage.write(() =>
        update.get({
          id: run.prompt_id,
          status: run.status,
          accepted: Number(accepted),
          endedAt: ended ? Date.parse(run.ended_at ?? run.queued_at) : null,
          progress: JSON.stringify(run),
          nodeErrors: JSON.stringify(nodeErrors),
        }),
      );
      if (before?.ended_at === null) storage.whenKept(() => forgetting.ended(Number(bytes)));
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
      const { sql, values } = pageOf(query);
      // One more than asked for tells whether there is a next page.
      const rows = Page.parse(database.prepare(sql).all(...values, query.limit + 1));
      const page = rows.slice(0, query.limit);
      const last = page.at(-1);
      return {
        runs: page.map(({ progress }) => progress),
        next: rows.length > query.limit && last !== undefined ? last.number : null,
      };
    },
    delete: (ids) =>
      storage.write(() =>
        ids.filter((id) => {
          const bytes = deleteOne.get(id);
          if (typeof bytes === 'number') deleted(bytes);
          return bytes !== undefined;
        }),
      ),
    deleteAll() {
      forgetting.deleted(null);
      return storage.write(() => z.array(z.string()).parse(deleteAll.all()));
    },
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

const BeforeRow = z.object({ bytes: z.number(), ended_at: z.number().nullable() });

const PromptRow = z.object({ prompt: z.string().transform((text) => promptFrom(parseExactJson(text))) });

function recordOf(row: unknown): RunRecord {
  const { accepted, progress, node_errors } = RecordRow.parse(row);
  return { run: progress, accepted: accepted === 1, nodeErrors: node_errors };
}
