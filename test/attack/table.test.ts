import t from 'tap';
import { TABLE } from './rows/rows.ts';
import { checkRow, startTarget } from './run-rows.ts';

for (const [subject, rows] of Object.entries(TABLE)) {
  t.test(subject, async (t) => {
    const target = await startTarget(t);
    for (const row of rows) {
      await t.test(`${row.name}: ${row.why}`, (t) => checkRow(t, target, row));
    }
    const errors = target.studio.logged.filter((line) => JSON.parse(line).level >= 50);
    t.strictSame(errors, [], 'nothing failed on the way');
  });
}

t.test('the table has not shrunk, and no row is in it twice', async (t) => {
  const names = Object.values(TABLE).flatMap((rows) => rows.map(({ name }) => name));
  t.ok(names.length >= 600, String(names.length));
  for (const rows of Object.values(TABLE)) {
    const seen = rows.map(({ name }) => name);
    t.same(seen, [...new Set(seen)]);
  }
});
