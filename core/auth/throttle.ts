import { forgetOldest } from '../forget-oldest.ts';
import type { Seconds } from '../http/request.ts';
import { throttleKey } from './client-address.ts';

export interface ThrottleOptions {
  /** Failures within `window` that lead to a block. */
  readonly failures: number;
  readonly window: Seconds;
  /** The first block; each further one is twice as long, up to `longestBlock`. */
  readonly firstBlock: Seconds;
  readonly longestBlock: Seconds;
  /** After this long without a failure an address starts anew. */
  readonly forgetAfter: Seconds;
  /** How many addresses are remembered at the most; those that failed longest ago make room for new ones. */
  readonly addresses: number;
}

const DEFAULTS: ThrottleOptions = {
  failures: 5,
  window: 60,
  firstBlock: 60,
  longestBlock: 15 * 60,
  forgetAfter: 60 * 60,
  addresses: 100_000,
};

/** Limits guessing per client address (IPv6 by /64). All times are Unix seconds. */
export interface Throttle {
  /** Whether any address is blocked: while none is, nobody's needs to be looked at. */
  isBlocking(now: Seconds): boolean;
  /** How long the address must still wait; 0 when it may try. */
  retryAfter(address: string, now: Seconds): Seconds;
  /** Counts a wrong key. Returns the length of the block when this failure began one, else 0. */
  fail(address: string, now: Seconds): Seconds;
  /** A right key: the failures before it were typing errors. */
  succeed(address: string): void;
}

interface Record {
  /** When it failed within the last window, oldest first. */
  recent: Seconds[];
  lastFailure: Seconds;
  blocks: number;
  blockedUntil: Seconds;
}

/**
 * Kept in this process and decided without waiting: a burst of guesses in one packet is counted before its second one
 * is looked at, and a WebSocket handshake can be refused on the spot.
 */
export function createThrottle(options: Partial<ThrottleOptions> = {}): Throttle {
  const { failures, window, firstBlock, longestBlock, forgetAfter, addresses } = { ...DEFAULTS, ...options };
  // In the order of the latest failure, so the first are the ones to forget.
  const records = new Map<string, Record>();
  let latestBlockEnd: Seconds = 0;

  return {
    isBlocking: (now) => latestBlockEnd > now,
    retryAfter(address, now) {
      const record = records.get(throttleKey(address));
      return record === undefined ? 0 : Math.max(0, record.blockedUntil - now);
    },
    fail(address, now) {
      const key = throttleKey(address);
      const record = fresh(records.get(key), now);
      records.delete(key);
      if (records.size >= addresses) forgetOldest(records);
      records.set(key, record);
      // A window that slides: with a fixed one, four failures at the end of one and four at the start of the next go through.
      record.recent = [...record.recent.filter((at) => now - at < window), now];
      record.lastFailure = now;
      if (record.recent.length < failures) return 0;
      const block = Math.min(longestBlock, firstBlock * 2 ** record.blocks);
      record.blocks += 1;
      record.recent = [];
      record.blockedUntil = now + block;
      latestBlockEnd = Math.max(latestBlockEnd, record.blockedUntil);
      return block;
    },
    succeed(address) {
      records.delete(throttleKey(address));
    },
  };

  function fresh(record: Record | undefined, now: Seconds): Record {
    if (record !== undefined && now - record.lastFailure < forgetAfter) return record;
    return { recent: [], lastFailure: now, blocks: 0, blockedUntil: 0 };
  }
}
