import t from 'tap';
import type { RunArchive } from '../../../core/runs/archive.ts';
import type { RunRetention } from '../../../core/runs/run-retention.ts';
import { createSqliteArchive } from '../../../core/runs/sqlite-archive.ts';
import { openStorage, type Storage } from '../../../core/storage/storage.ts';
import { runProgress } from '../../support/run-progress.ts';

const HOUR_MS = 3_600_000;

function openArchive(limits: Partial<RunRetention>, storage: Storage = openStorage(':memory:', () => {})) {
  const archive = createSqliteArchive(storage, { count: 1e6, days: 1000, bytes: 1e9, ...limits });
  return { storage, archive };
}

/** A run that begins, and ends at `at`. */
function runOnce(archive: RunArchive, id: string, at = new Date(), text = ''): void {
  archive.begin(runProgress({ prompt_id: id }), { 1: { class_type: 'Note', inputs: { text } } });
  const run = runProgress({ prompt_id: id, status: 'completed', ended_at: at.toISOString() });
  archive.save({ run, accepted: true, nodeErrors: {} });
}

function idsOf(archive: RunArchive): readonly string[] {
  return archive.list({ limit: 5000 }).runs.map(({ prompt_id }) => prompt_id);
}

t.test('never more than 49 too many, and at the limit no more go than have come', async (t) => {
  const { archive } = openArchive({ count: 60 });
  for (let number = 1; number <= 500; number += 1) {
    runOnce(archive, String(number));
    const kept = idsOf(archive).length;
    t.ok(kept >= Math.min(number, 60) && kept < 60 + 50, `${kept} after ${number}`);
  }
});

t.test('what takes too much room goes at once', async (t) => {
  const { archive } = openArchive({ bytes: 100_000 });
  for (let number = 1; number <= 100; number += 1) {
    runOnce(archive, String(number), new Date(), 'x'.repeat(20_000));
    t.equal(idsOf(archive).length, Math.min(number, 4));
  }
});

t.test(
  'what a run came to take counts: its files and the times of its nodes, not the workflow alone',
  async (t) => {
    const { archive, storage } = openArchive({ bytes: 100_000 });
    const files = Array.from({ length: 150 }, (_, number) => ({
      filename: `${String(number).padStart(100, 'x')}.png`,
      ...{ subfolder: '', type: 'output', media: 'image' as const },
    }));
    const node_outputs = { 1: { node_title: 'Save', node_type: 'SaveImage', items: files } };
    for (let number = 1; number <= 10; number += 1) {
      const ended = { status: 'completed', ended_at: new Date().toISOString(), node_outputs } as const;
      archive.begin(runProgress({ prompt_id: String(number) }), {});
      archive.saveTimings(String(number), [
        { node_id: 'y'.repeat(1000), state: 'cached', started_at: null, seconds: null },
      ]);
      const run = runProgress({ prompt_id: String(number), ...ended });
      // A run that is over may be written again.
      for (let time = 0; time < 2; time += 1) archive.save({ run, accepted: true, nodeErrors: {} });
      t.equal(idsOf(archive).length, Math.min(number, 3));
    }
    const taken = storage.database
      .prepare(
        'SELECT bytes, octet_length(prompt) + octet_length(progress) + octet_length(timings) AS whole FROM runs',
      )
      .all();
    for (const row of taken as { bytes: number; whole: number }[]) t.equal(row.bytes, row.whole);
  },
);

t.test('very many that must go go by the hundreds, with each run that ends', async (t) => {
  const rows: readonly [string, Partial<RunRetention>, number][] = [
    ['too many', { count: 10 }, 10],
    ['too old', { days: 1 }, 3],
  ];
  for (const [what, limits, rest] of rows) {
    const { archive: before, storage } = openArchive({});
    const dayBeforeYesterday = new Date(Date.now() - 48 * HOUR_MS);
    for (let number = 0; number < 1200; number += 1) runOnce(before, `old-${number}`, dayBeforeYesterday);
    const { archive } = openArchive(limits, storage);
    const counts = [0, 1, 2].map((number) => {
      runOnce(archive, `new-${number}`);
      return idsOf(archive).length;
    });
    t.same(counts, [701, 202, rest], what);
  }
});

t.test(
  'runs that are deleted by hand, or begun again under the same id, are no longer counted',
  async (t) => {
    const { archive } = openArchive({ count: 60 });
    for (let number = 0; number < 60; number += 1) runOnce(archive, String(number));
    archive.delete(Array.from({ length: 50 }, (_, number) => String(number)));
    for (let round = 0; round < 5; round += 1) runOnce(archive, '59');
    for (let number = 60; number < 110; number += 1) runOnce(archive, String(number));
    t.equal(idsOf(archive).length, 60);
  },
);

t.test('what is rolled back is not counted', async (t) => {
  const { archive, storage } = openArchive({ count: 10 });
  for (let number = 0; number < 100; number += 1) {
    t.throws(() =>
      storage.together(() => {
        runOnce(archive, `lost-${number}`);
        throw new Error('no');
      }),
    );
  }
  for (let number = 0; number < 10; number += 1) runOnce(archive, String(number));
  t.equal(idsOf(archive).length, 10);
});
