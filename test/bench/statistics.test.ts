import t from 'tap';
import { median, pairedRatios, quantile, spreadOf } from '../../bench/statistics.ts';

t.test('the median is the value in the middle, or halfway between the two', async (t) => {
  t.equal(median([3, 1, 2]), 2);
  t.equal(median([4, 1, 3, 2]), 2.5);
  t.equal(median([7]), 7);
  t.ok(Number.isNaN(median([])), 'of nothing there is none');
});

t.test('a quantile lies between the values beside it', async (t) => {
  const values = [10, 20, 30, 40, 50];
  for (const [share, expected] of [
    [0, 10],
    [0.25, 20],
    [0.3, 22],
    [0.99, 49.6],
    [1, 50],
  ] as const)
    t.equal(quantile(values, share), expected, `${share}`);
  t.same(values, [10, 20, 30, 40, 50], 'the values stay in their order');
});

t.test('one odd round does not move the middle half', async (t) => {
  t.same(spreadOf([5, 5, 5, 5, 5, 5, 90]), { median: 5, low: 5, high: 5, least: 5, most: 90 });
});

t.test('a ratio is made of values of the same round', async (t) => {
  // The machine was twice as slow in the second round, for both.
  t.same(pairedRatios([11, 22, 11], [10, 20, 10]), [1.1, 1.1, 1.1]);
  t.same(pairedRatios([11, 22], [10, 20, 10]), [1.1, 1.1], 'a round that one of them lacks is left out');
  t.same(pairedRatios([], [10]), []);
});
