import { openStorage, type Storage } from '../core/storage/storage.ts';
import { runProgress } from '../test/support/run-progress.ts';

/** How the runs of a pod end: of a hundred, so many with each. */
const ENDINGS = { completed: 90, error: 6, cancelled: 3, stalled: 1 } as const;

/** A small text-to-image workflow, in bytes. */
const PROMPT_BYTES = 1024;

/** Writes `count` runs that are over into the file, as they would stand there, a second between them. */
export function storeRuns(path: string, count: number): void {
  const storage = openStorage(path, () => {});
  for (const [status, [from, to]] of endingsByNumber()) insertEvery(storage, status, from, to, count);
  storage.close();
}

/** Which of a hundred runs end how; they are mixed when they are written. */
function endingsByNumber(): readonly (readonly [keyof typeof ENDINGS, readonly [number, number]])[] {
  let from = 0;
  return Object.entries(ENDINGS).map(([status, share]) => {
    const range = [from, from + share] as const;
    from += share;
    return [status as keyof typeof ENDINGS, range] as const;
  });
}

/** SQLite makes them from one of their kind: through the archive, a million would take minutes. */
function insertEvery(
  { database }: Storage,
  status: keyof typeof ENDINGS,
  from: number,
  to: number,
  count: number,
): void {
  const queuedAt = '2026-01-01T12:00:00.000Z';
  const progress = JSON.stringify(
    runProgress({
      prompt_id: '@id',
      title: 'a lighthouse in a storm, oil on canvas',
      status,
      percent: status === 'completed' ? 100 : 40,
      node_outputs: {
        '9': {
          node_title: 'Save Image',
          node_type: 'SaveImage',
          items: [{ filename: 'ComfyUI_00001_.png', subfolder: '', type: 'output', media: 'image' }],
        },
      },
      queued_at: queuedAt,
      started_at: queuedAt,
      ended_at: queuedAt,
    }),
  );
  const prompt = JSON.stringify({ 1: { class_type: 'Note', inputs: { text: 'x'.repeat(PROMPT_BYTES) } } });
  database
    .prepare(
      `WITH RECURSIVE n (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM n WHERE number < @count)
       INSERT INTO runs (number, prompt_id, status, accepted, ended_at, bytes, queued_at, progress, node_errors, prompt)
       SELECT number, printf('run-%d', number), @status, 1, @firstEnd + 1000 * number, @bytes, @firstEnd + 1000 * number,
         replace(@progress, '@id', printf('run-%d', number)), '{}', @prompt
       FROM n WHERE (37 * number) % 100 >= @from AND (37 * number) % 100 < @to`,
    )
    .run({
      count,
      status,
      // The last of them ended just now.
      firstEnd: Date.now() - 1000 * count,
      bytes: progress.length + prompt.length,
      ...{ progress, prompt, from, to },
    });
}
