import t from 'tap';
import { forgetOldest } from '../../core/forget-oldest.ts';

t.test('the entries that were set longest ago go: a 64th of them, at least one', async (t) => {
  const rows: [entries: number, left: number][] = [
    [0, 0],
    [1, 0],
    [2, 1],
    [64, 63],
    [65, 63],
    [640, 630],
  ];
  for (const [size, left] of rows) {
    const entries = new Map(Array.from({ length: size }, (_, at) => [String(at), at]));
    forgetOldest(entries);
    t.equal(entries.size, left, `${size} entries`);
    t.same(
      [...entries.values()],
      Array.from({ length: left }, (_, at) => at + size - left),
    );
  }
});
