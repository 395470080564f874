import { stringify } from 'lossless-json';
import { z } from 'zod';
import { parseExactJson } from '../exact-json.ts';
import type { Storage } from '../storage/storage.ts';
import type { HistoryQuery, RunArchive, RunRecord } from './archive.ts';
import { promptFrom } from './comfyui-answers.ts';
import type { PromptId } from './run.ts';
import { createForgetting, type RunRetention } from './run-retention.ts';
import { isOver } from './state.ts';
import { StoredProgress } from './stored-progress.ts';

const OVER = `status NOT IN ('queued', 'running')`;

/** The archive in Studio's own storage. */
export function createSqliteArchive(storage: Storage, retention: RunRetention): RunArchive {
  const { database } = storage;
  const insert = database.prepare(
    `INSERT OR REPLACE INTO runs (prompt_id, status, accepted, bytes, progress, node_errors, prompt)
     VALUES (@id, @status, 0, @bytes, @progress, '{}', @prompt)`,
  );
  const update = database.prepare(
    `UPDATE runs SET status = @status, accepted = @accepted, ended_at = @endedAt, progress = @progress,
       node_errors = @nodeErrors WHERE prompt_id = @id`,
  );
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
        insert.run({ id: run.prompt_id, status: run.status, bytes, progress, prompt: promptText }),
      );
      if (typeof before?.ended_at === 'number') deleted(before.bytes);
    },
    save({ run, accepted, nodeErrors }) {
      const ended = isOver(run.status);
      const before = ended ? beforeOf(run.prompt_id) : undefined;
      storage.write(() =>
        update.run({
          id: run.prompt_id,
          status: run.status,
          accepted: Number(accepted),
          endedAt: ended ? Date.parse(run.ended_at ?? run.queued_at) : null,
          progress: JSON.stringify(run),
          nodeErrors: JSON.stringify(nodeErrors),
        }),
      );
      if (before?.ended_at === null) storage.whenKept(() => forgetting.ended(before.bytes));
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

/**
 * The runs of each status are found in the order of their numbers by an index, and merged. Asked for several at once, SQLite
 * would go through all runs, and for such as hardly any are, that is a long way.
 */
function pageOf({ before, statuses }: HistoryQuery): { sql: string; values: (string | number)[] } {
  const looks = statuses === undefined ? [null] : new Set(statuses);
  const values: (string | number)[] = [];
  const selects = [...looks].map((status) => {
    let sql = 'SELECT number, progress FROM runs WHERE accepted = 1';
    if (status !== null) {
      sql += ' AND status = ?';
      values.push(status);
    }
    if (before !== undefined) {
      sql += ' AND number < ?';
      values.push(before);
    }
    return sql;
  });
  return { sql: `${selects.join(' UNION ALL ')} ORDER BY number DESC LIMIT ?`, values };
}

const Json = z.string().transform((text): unknown => JSON.parse(text));

const Page = z.array(z.object({ number: z.number(), progress: Json.pipe(StoredProgress) }));

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
