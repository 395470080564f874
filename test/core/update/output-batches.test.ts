import t from 'tap';
import { createOutputBatches, type OutputBatch } from '../../../core/update/output-batches.ts';

const NEVER = 2 ** 30;

t.test('a little output is told whole, in one batch', async (t) => {
  const told: OutputBatch[] = [];
  const batches = createOutputBatches((batch) => told.push(batch));
  for (const line of ['one', 'two', '', 'three']) batches.line(line);
  batches.end();
  batches.end();
  t.same(told, [{ lines: ['one', 'two', '', 'three'], leftOut: 0 }]);
});

t.test('lines do not wait for ever for others', async (t) => {
  await new Promise<void>((resolve) => {
    createOutputBatches(({ lines }) => {
      t.same(lines, ['alone']);
      resolve();
    }).line('alone');
    // The batches' own timer does not keep a process alive.
    const alive = setInterval(() => {}, 1000);
    t.teardown(() => clearInterval(alive));
  });
});

t.test('of much output the first and the last part are told, and how much is missing between', async (t) => {
  const told: OutputBatch[] = [];
  const batches = createOutputBatches((batch) => told.push(batch), {
    first: 10_000,
    batch: 2000,
    everyMs: NEVER,
    laterEveryMs: NEVER,
  });
  const all = Array.from({ length: 100_000 }, (_, number) => `line ${number}`);
  for (const line of all) batches.line(line);
  batches.end();
  const lines = told.flatMap((batch) => batch.lines);
  const leftOut = told.reduce((sum, batch) => sum + batch.leftOut, 0);
  t.equal(lines.length + leftOut, all.length, 'each line is told or counted');
  t.ok(lines.join().length < 15_000);
  t.ok(told.length < 20);
  const last = told.at(-1);
  t.equal(last?.lines.at(-1), 'line 99999');
  t.equal(last?.leftOut, leftOut, 'only between the first part and the last');
  const head = told.slice(0, -1).flatMap((batch) => batch.lines);
  t.same(head, all.slice(0, head.length));
});
