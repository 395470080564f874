import t from 'tap';
import { BOUNDS, Durations } from '../../../core/metrics/durations.ts';

t.test('a duration is in the bucket of its bound and in all above it', async (t) => {
  // [seconds, weight, how many buckets it is in]
  const rows: [number, number, number][] = [
    [0, 1, BOUNDS.length],
    [0.0001, 1, BOUNDS.length],
    [0.00011, 2, BOUNDS.length - 1],
    [60, 1, 1],
    [61, 1, 0],
    [Number.POSITIVE_INFINITY, 3, 0],
  ];
  for (const [seconds, weight, buckets] of rows) {
    const durations = new Durations();
    durations.observe(seconds, weight);
    t.same(
      durations.cumulative(),
      BOUNDS.map((_, index) => (index >= BOUNDS.length - buckets ? weight : 0)),
      `${seconds}`,
    );
    t.equal(durations.count, weight);
    t.equal(durations.sum, seconds * weight);
  }
});
