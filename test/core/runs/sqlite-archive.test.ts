import { join } from 'node:path';
import t from 'tap';
import { z } from 'zod';
import type { HistoryQuery } from '../../../core/runs/archive.ts';
import { pageOf } from '../../../core/runs/history-conditions.ts';
import type { RunProgress, RunStatus } from '../../../core/runs/run.ts';
import { createSqliteArchive } from '../../../core/runs/sqlite-archive.ts';
import { openStorage } from '../../../core/storage/storage.ts';
import { freshFolder } from '../../support/fresh-folder.ts';
import { openRecords } from '../../support/records.ts';
import { runProgress } from '../../support/run-progress.ts';

const prompt = (text = 'x') => ({ '1': { class_type: 'A', inputs: { text } } });
const ended = (id: string, status: RunStatus = 'completed', at = new Date()): RunProgress =>
  runProgress({ prompt_id: id, status, ended_at: at.toISOString() });
const idsOf = (runs: readonly RunProgress[]) => runs.map(({ prompt_id }) => prompt_id).join('');

/** Begins and ends one run for each letter. */
function filled(letters: string) {
  const { archive } = openRecords();
  for (const id of letters) {
    archive.begin(runProgress({ prompt_id: id }), prompt(id));
    archive.save({ run: ended(id, id < 'd' ? 'completed' : 'error'), accepted: true, nodeErrors: {} });
  }
  return archive;
}

t.test('a run is kept as it is, its workflow to the last digit', async (t) => {
  const path = join(freshFolder(t), 'studio.db');
  const first = openRecords(path);
  const run = runProgress({
    prompt_id: 'a',
    title: 'A lake at dawn',
    started_by: 'editor',
    status: 'running',
    percent: 40,
    node_outputs: {
      9: {
        node_title: 'Save',
        node_type: 'SaveImage',
        items: [{ filename: 'a.png', subfolder: '', type: 'output', media: 'image' }],
      },
    },
    error: { message: 'm', exception_type: 'E', node_id: '1', node_type: 'A' },
  });
  const seeded = { '1': { class_type: 'A', inputs: { seed: 18_446_744_073_709_551_615n, cfg: 7.5 } } };
  first.archive.begin(runProgress({ prompt_id: 'a' }), seeded);
  first.archive.save({ run, accepted: true, nodeErrors: { 7: { errors: [] } } });
  first.storage.close();

  const { archive, storage } = openRecords(path);
  t.teardown(() => storage.close());
  t.same(archive.get('a'), { run, accepted: true, nodeErrors: { 7: { errors: [] } } });
  t.same(archive.promptOf('a'), seeded);
  t.same(archive.open(), [{ run, accepted: true, nodeErrors: { 7: { errors: [] } }, prompt: seeded }]);
  t.equal(archive.get('b'), undefined);
  t.equal(archive.promptOf('b'), undefined);
});

t.test('list: newest first, page by page, by status; only what ComfyUI took', async (t) => {
  const archive = filled('abcdef');
  archive.begin(runProgress({ prompt_id: 'unanswered' }), prompt());
  t.equal(idsOf(archive.list({ limit: 10 }).runs), 'fedcba');
  const first = archive.list({ limit: 4 });
  t.equal(idsOf(first.runs), 'fedc');
  const second = archive.list({ limit: 4, before: first.next ?? 0 });
  t.same([idsOf(second.runs), second.next], ['ba', null]);
  t.equal(archive.list({ limit: 6 }).next, null, 'a full last page');
  t.equal(idsOf(archive.list({ limit: 2, statuses: ['completed'] }).runs), 'cb');
  t.equal(idsOf(archive.list({ limit: 9, statuses: ['completed', 'error'] }).runs), 'fedcba');
  t.same(archive.list({ limit: 9, statuses: ['stalled'] }), { runs: [], next: null });
});

t.test('list: by when it was queued', async (t) => {
  const { archive } = openRecords();
  const minute = (at: number) => Date.UTC(2026, 0, 1, 0, at);
  // The clock was set back between c and d: d counts as queued no earlier than c.
  for (const [id, at] of Object.entries({ a: 1, b: 2, c: 5, d: 3, e: 6 })) {
    archive.begin(runProgress({ prompt_id: id, queued_at: new Date(minute(at)).toISOString() }), prompt());
    archive.save({ run: ended(id, id === 'd' ? 'error' : 'completed'), accepted: true, nodeErrors: {} });
  }
  const rows: readonly [string, Omit<HistoryQuery, 'limit'>, string][] = [
    ['from a time on', { since: minute(2) }, 'edcb'],
    ['before a time', { until: minute(2) }, 'a'],
    ['between', { since: minute(2), until: minute(6) }, 'dcb'],
    ['nothing is that young', { since: minute(7) }, ''],
    ['nor that old', { until: minute(1) }, ''],
    ['nothing in between', { since: minute(3), until: minute(4) }, ''],
    ['of a status', { since: minute(2), statuses: ['completed'] }, 'ecb'],
    ['of several', { until: minute(6), statuses: ['completed', 'error'] }, 'dcba'],
  ];
  for (const [what, query, expected] of rows) {
    t.equal(idsOf(archive.list({ limit: 9, ...query }).runs), expected, what);
    let paged = '';
    for (let before: number | null | undefined; before !== null; ) {
      const page = archive.list({ limit: 1, ...query, before });
      paged += idsOf(page.runs);
      before = page.next;
    }
    t.equal(paged, expected, `${what}, one by one`);
  }
});

t.test('no page goes through the whole table', async (t) => {
  const { storage } = openRecords();
  const fill = storage.database.prepare(
    `INSERT INTO runs (prompt_id, status, accepted, bytes, progress, node_errors, prompt, queued_at)
     VALUES (?, ?, 1, 0, '{}', '{}', '{}', ?)`,
  );
  storage.together(() => {
    for (let at = 0; at < 2000; at += 1) fill.run(String(at), at % 9 === 0 ? 'error' : 'completed', at);
  });
  const times = [{}, { since: 5 }, { until: 1990 }, { since: 5, until: 1990 }];
  const others: Partial<HistoryQuery>[] = [
    {},
    { before: 500 },
    { statuses: ['error'] },
    { statuses: ['error', 'stalled', 'error'] },
    { statuses: ['running', 'queued'], before: 500 },
  ];
  for (const query of times.flatMap((time) => others.map((other) => ({ limit: 50, ...time, ...other })))) {
    const { sql, values } = pageOf(query);
    const plan = storage.database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values, 51);
    const steps = z
      .array(z.object({ detail: z.string() }))
      .parse(plan)
      .map(({ detail }) => detail);
    const name = JSON.stringify(query);
    t.notMatch(steps.join('; '), /TEMP B-TREE/, `${name}: nothing is sorted`);
    // Without any condition it is read from its newest row on, as far as the page goes.
    const isBounded = 'since' in query || 'until' in query || 'before' in query || 'statuses' in query;
    if (isBounded) t.notMatch(steps.join('; '), /SCAN/, `${name}: nothing is scanned`);
  }
});

t.test('the times of its nodes are kept with a run', async (t) => {
  const archive = filled('ab');
  const timings = [
    { node_id: '1', state: 'cached', started_at: null, seconds: null },
    { node_id: '2', state: 'finished', started_at: '2026-01-01T12:00:00.250Z', seconds: 1.25 },
  ] as const;
  archive.saveTimings('a', timings);
  t.same(archive.timingsOf('a'), timings);
  t.same(archive.timingsOf('b'), []);
  t.same(archive.timingsOf('zz'), []);
  archive.begin(runProgress({ prompt_id: 'a' }), prompt('again'));
  t.same(archive.timingsOf('a'), [], 'another run of that id has its own');
});

t.test('only runs that are over are deleted', async (t) => {
  const archive = filled('abc');
  archive.begin(runProgress({ prompt_id: 'o' }), prompt());
  archive.save({ run: runProgress({ prompt_id: 'o' }), accepted: true, nodeErrors: {} });
  t.same(archive.delete(['a', 'o', 'zz', 'a']), ['a']);
  t.same([...archive.deleteAll()].sort(), ['b', 'c']);
  t.equal(idsOf(archive.list({ limit: 9 }).runs), 'o');
  archive.drop('o');
  t.equal(idsOf(archive.list({ limit: 9 }).runs), '');
});

t.test('a run of an id that was there before takes its place', async (t) => {
  const archive = filled('ab');
  archive.begin(runProgress({ prompt_id: 'a' }), prompt('again'));
  archive.save({ run: runProgress({ prompt_id: 'a' }), accepted: true, nodeErrors: {} });
  t.equal(idsOf(archive.list({ limit: 9 }).runs), 'ab', 'as the newest');
  t.same(archive.promptOf('a'), prompt('again'));
});

t.test('what is too many, too old or too much is deleted, oldest first; open runs never', async (t) => {
  const rows: readonly [string, { count?: number; days?: number; bytes?: number }, number, string][] = [
    ['count', { count: 60 }, 200, 'x'],
    ['days', { days: 5 }, 200, 'x'],
    ['bytes', { bytes: 1_000_000 }, 200, 'x'.repeat(50_000)],
  ];
  for (const [what, limit, runs, text] of rows) {
    const storage = openStorage(':memory:', () => {});
    const archive = createSqliteArchive(storage, { count: 1e6, days: 1000, bytes: 1e9, ...limit });
    archive.begin(runProgress({ prompt_id: 'open' }), prompt(text));
    archive.save({ run: runProgress({ prompt_id: 'open' }), accepted: true, nodeErrors: {} });
    for (let number = 0; number < runs; number += 1) {
      const id = String(number).padStart(4, '0');
      archive.begin(runProgress({ prompt_id: id }), prompt(text));
      const at = new Date(Date.now() - (runs - number) * 3_600_000);
      archive.save({ run: ended(id, 'completed', at), accepted: true, nodeErrors: {} });
    }
    const kept = archive.list({ limit: 500 }).runs.map(({ prompt_id }) => prompt_id);
    t.equal(kept[0], '0199', `${what}: the newest is there`);
    t.equal(kept.at(-1), 'open', `${what}: the open one is there`);
    t.ok(kept.length < 200 && kept.length > 10, `${what}: some are gone`, { kept: kept.length });
    t.same(kept.slice(0, -1), kept.slice(0, -1).sort().reverse(), `${what}: without a gap`);
    if (what === 'bytes')
      t.ok(kept.length * 50_000 <= 1_100_000, 'within the room there is', { kept: kept.length });
  }
});
