import fc from 'fast-check';
import t from 'tap';
import { afterLoss, retryDelay, TIMING } from '../../client/retry.ts';
import { holds } from '../support/property.ts';

// [how it was closed, how long it stood in ms, failures before] -> [what next, failures now]
const LOSSES: readonly [[number, number, number], [string, number]][] = [
  // A good connection is tried again soon, and nobody is asked.
  [
    [1006, 5001, 4],
    ['wait', 0],
  ],
  [
    [1001, 60_000, 0],
    ['wait', 0],
  ],
  // One that was refused or broke soon: what Studio answers by HTTP says why.
  [
    [1006, 0, 0],
    ['ask', 1],
  ],
  [
    [1006, 5000, 0],
    ['ask', 1],
  ],
  [
    [1012, 10, 3],
    ['ask', 4],
  ],
  // The session is over.
  [
    [4001, 0, 0],
    ['stop', 0],
  ],
  [
    [4001, 60_000, 3],
    ['stop', 3],
  ],
  // Too slow: back at once, but not in circles.
  [
    [1013, 60_000, 3],
    ['at-once', 0],
  ],
  [
    [1013, 10, 0],
    ['at-once', 1],
  ],
  [
    [1013, 10, 1],
    ['ask', 2],
  ],
];

t.test('what is done about a lost connection', async (t) => {
  for (const [[code, stoodMs, failures], [next, now]] of LOSSES) {
    const after = afterLoss({ code, stoodMs, failures }, TIMING);
    t.same(after, { next, failures: now }, `${code} after ${stoodMs} ms and ${failures} failures`);
  }
});

t.test('the wait doubles up to 10 s, and chance takes up to a quarter off', async (t) => {
  const longest = [0, 1, 2, 5, 6, 1000].map((failures) => retryDelay(failures, 0, TIMING));
  t.same(longest, [300, 600, 1200, 9600, 10_000, 10_000]);
  t.equal(retryDelay(0, 1, TIMING), 225);
  holds(
    t,
    'whatever happens it is within its bounds',
    fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (failures, chance) => {
      const wait = retryDelay(failures, chance, TIMING);
      return wait >= 225 && wait <= 10_000;
    }),
  );
});
