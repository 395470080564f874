import type { Throttle } from '../auth/throttle.ts';
import { createTally } from './tally.ts';

/** What became of those who guessed. */
export interface KeyCounts {
  /** `wrong`: keys; `throttled`: refused unread, since the address guessed too often; `blocked`: blocks that began. */
  entries(): Iterable<readonly ['wrong' | 'throttled' | 'blocked', number]>;
  /** The same throttle, and what it says is counted. */
  counted(throttle: Throttle): Throttle;
}

export function createKeyCounts(): KeyCounts {
  const tally = createTally(['wrong', 'throttled', 'blocked']);
  return {
    entries: () => tally.entries(),
    counted: (throttle) => ({
      ...throttle,
      retryAfter(address, now) {
        const wait = throttle.retryAfter(address, now);
        if (wait > 0) tally.add('throttled');
        return wait;
      },
      fail(address, now) {
        tally.add('wrong');
        const block = throttle.fail(address, now);
        if (block > 0) tally.add('blocked');
        return block;
      },
    }),
  };
}
