import t from 'tap';
import { createThrottle, type Throttle } from '../../../core/auth/throttle.ts';

const NOW = 1_800_000_000;
const ME = '203.0.113.5';

/** Fails at each of the seconds; returns the blocks that began. */
function failAt(throttle: Throttle, address: string, seconds: readonly number[]): number[] {
  return seconds.map((second) => throttle.fail(address, NOW + second));
}

t.test('"5 in a minute": the window slides', async (t) => {
  const rows: readonly [string, number[], number[]][] = [
    ['five in one second', [0, 0, 0, 0, 0], [0, 0, 0, 0, 60]],
    ['five over 59 seconds', [0, 10, 20, 30, 59], [0, 0, 0, 0, 60]],
    ['the fifth when the first is a minute old', [0, 10, 20, 30, 60], [0, 0, 0, 0, 0]],
    ['five around the end of a minute', [0, 57, 58, 59, 60, 61], [0, 0, 0, 0, 0, 60]],
    ['one every 15 s, for ever', [0, 15, 30, 45, 60, 75, 90, 105, 120], [0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['one every 14 s', [0, 14, 28, 42, 56], [0, 0, 0, 0, 60]],
  ];
  for (const [what, seconds, blocks] of rows) t.same(failAt(createThrottle(), ME, seconds), blocks, what);
});

t.test('a block is told to the second, and ends', async (t) => {
  const throttle = createThrottle();
  t.equal(throttle.retryAfter(ME, NOW), 0);
  failAt(throttle, ME, [0, 0, 0, 0]);
  t.equal(throttle.retryAfter(ME, NOW), 0, 'four are typing errors');
  t.equal(throttle.isBlocking(NOW), false);
  failAt(throttle, ME, [0]);
  t.equal(throttle.retryAfter(ME, NOW), 60);
  t.equal(throttle.retryAfter(ME, NOW + 59), 1);
  t.equal(throttle.isBlocking(NOW + 59), true);
  t.equal(throttle.retryAfter(ME, NOW + 60), 0);
  t.equal(throttle.isBlocking(NOW + 60), false);
});

t.test('"growing to 15 minutes": 60, 120, 240, 480, 900, 900', async (t) => {
  const throttle = createThrottle();
  const blocks: number[] = [];
  let second = 0;
  for (let round = 0; round < 7; round += 1) {
    const block = failAt(throttle, ME, Array(5).fill(second)).at(-1) ?? 0;
    blocks.push(block);
    second += block;
  }
  t.same(blocks, [60, 120, 240, 480, 900, 900, 900]);
});

t.test('an hour without a failure, and the blocks begin short again', async (t) => {
  const rows: readonly [number, number][] = [
    [3599, 120],
    [3600, 60],
  ];
  for (const [pause, block] of rows) {
    const throttle = createThrottle();
    failAt(throttle, ME, [0, 0, 0, 0, 0]);
    t.equal(failAt(throttle, ME, Array(5).fill(pause)).at(-1), block, `${pause} s later`);
  }
});

t.test('a right key forgives the typing errors before it', async (t) => {
  const throttle = createThrottle();
  failAt(throttle, ME, [0, 1, 2, 3]);
  throttle.succeed(ME);
  t.same(failAt(throttle, ME, [4, 5, 6, 7]), [0, 0, 0, 0]);
});

t.test('"other addresses are not affected"; one customer\'s IPv6 addresses are one', async (t) => {
  const rows: readonly [string, string, boolean][] = [
    ['203.0.113.5', '203.0.113.6', false],
    ['203.0.113.5', '::ffff:203.0.113.5', true],
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['2001:db8:1:2::1', '203.0.113.5', false],
  ];
  for (const [guesser, other, blocked] of rows) {
    const throttle = createThrottle();
    failAt(throttle, guesser, [0, 0, 0, 0, 0]);
    t.equal(throttle.retryAfter(other, NOW) > 0, blocked, `${guesser} and ${other}`);
  }
});

t.test('failures from five addresses of one /64 add up', async (t) => {
  const throttle = createThrottle();
  const blocks = [1, 2, 3, 4, 5].map((host) => throttle.fail(`2001:db8:1:2::${host}`, NOW));
  t.same(blocks, [0, 0, 0, 0, 60]);
});

t.test('bounded memory: the address that failed longest ago is dropped for a new one', async (t) => {
  const throttle = createThrottle({ addresses: 3 });
  failAt(throttle, '192.0.2.1', [0, 0, 0, 0]);
  failAt(throttle, '192.0.2.2', [0, 0, 0, 0]);
  failAt(throttle, '192.0.2.3', [0, 0, 0, 0]);
  t.equal(throttle.fail('192.0.2.1', NOW), 60, 'all three are remembered');
  throttle.fail('192.0.2.4', NOW);
  t.equal(throttle.retryAfter('192.0.2.1', NOW), 60, 'the one that failed lately stays');
  t.equal(throttle.fail('192.0.2.2', NOW), 0, 'the one that did not begins anew');
});

t.test('100,000 addresses and more are counted without growing', async (t) => {
  const throttle = createThrottle({ addresses: 1000 });
  const address = (number: number) => `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
  for (let number = 0; number < 20_000; number += 1) throttle.fail(address(number), NOW);
  const remembered = (number: number) =>
    [1, 2, 3, 4].map(() => throttle.fail(address(number), NOW)).at(-1) === 60;
  t.ok(remembered(19_999), 'the latest');
  t.ok(remembered(19_500));
  t.notOk(remembered(18_000), 'more than 1,000 ago');
});
