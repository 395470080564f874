import type { Pressure } from '../http/route.ts';

/** Below this a socket has caught up, in bytes. */
export const DRAINED = 16 * 1024;

/** Above this whoever sends a lot to one socket waits, and its pressure is `some`. */
export const SOME = 64 * 1024;
const HIGH = 256 * 1024;
const FULL = 1024 * 1024;

/** How long a `full` socket may go without reading anything, and be full in all, before it is `stuck`; in ms. */
export interface Patience {
  readonly idleMs: number;
  readonly totalMs: number;
}

export const PATIENCE: Patience = { idleMs: 5000, totalMs: 60_000 };

/** What is remembered of one socket's buffer. */
export interface Backlog {
  readonly pressure: Pressure;
  /** Since when it is full, and the last time that it had read something since; in ms. */
  readonly fullSince: number;
  readonly readAt: number;
  readonly buffered: number;
}

export const NO_BACKLOG: Backlog = { pressure: 'none', fullSince: 0, readAt: 0, buffered: 0 };

/**
 * What to think of a socket that has `buffered` bytes waiting now. The pressure rises with the bytes, and falls only when
 * they are nearly gone: one at the edge of a limit would go on and off its topics with every look.
 */
export function judgeBacklog(before: Backlog, buffered: number, now: number, patience: Patience): Backlog {
  if (buffered <= DRAINED) return NO_BACKLOG;
  if (before.pressure === 'stuck') return before;
  if (before.pressure === 'full') {
    const readAt = buffered < before.buffered ? now : before.readAt;
    const isStuck = now - readAt >= patience.idleMs || now - before.fullSince >= patience.totalMs;
    return { ...before, buffered, readAt, pressure: isStuck ? 'stuck' : 'full' };
  }
  const pressure = greater(before.pressure, pressureOf(buffered));
  return pressure === before.pressure ? before : { pressure, fullSince: now, readAt: now, buffered };
}

function pressureOf(buffered: number): Pressure {
  if (buffered > FULL) return 'full';
  if (buffered > HIGH) return 'high';
  return buffered > SOME ? 'some' : 'none';
}

const RANKS: Readonly<Record<Pressure, number>> = { none: 0, some: 1, high: 2, full: 3, stuck: 4 };

function greater(one: Pressure, other: Pressure): Pressure {
  return RANKS[one] >= RANKS[other] ? one : other;
}
