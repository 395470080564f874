/** Every time that the connection keeps, in ms. */
export interface Timing {
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
  /** A connection that stood so long was a good one: the next retry is quick again. */
  readonly goodAfterMs: number;
  /** How long a handshake may take. */
  readonly patienceMs: number;
  /** After so long without a frame the connection is checked. */
  readonly quietMs: number;
}

export const TIMING: Timing = {
  firstRetryMs: 300,
  longestRetryMs: 10_000,
  goodAfterMs: 5000,
  patienceMs: 15_000,
  quietMs: 60_000,
};

/** Studio closes with these codes: its session is over; the viewer was too slow and may come back (RFC 6455, 7.4). */
const SESSION_ENDED = 4001;
const TOO_SLOW = 1013;

/** How a connection was lost. */
export interface Loss {
  /** Of the Close frame; 1006 when none came. */
  readonly code: number;
  /** How long it stood, in ms; 0 when it was never open. */
  readonly stoodMs: number;
  /** How many were lost in a row before, each soon after it was dialled. */
  readonly failures: number;
}

export type AfterLoss = {
  /** `ask`: find out by HTTP how Studio is, then wait; `wait`: there is no need to ask. */
  readonly next: 'stop' | 'at-once' | 'ask' | 'wait';
  readonly failures: number;
};

/** What to do about a lost connection. */
export function afterLoss({ code, stoodMs, failures }: Loss, { goodAfterMs }: Timing): AfterLoss {
  if (code === SESSION_ENDED) return { next: 'stop', failures };
  const now = stoodMs > goodAfterMs ? 0 : failures + 1;
  // Only once: a viewer that is always too slow must not dial in circles.
  if (code === TOO_SLOW && now <= 1) return { next: 'at-once', failures: now };
  // Why a handshake was refused is not told to scripts in a browser, so it is asked for.
  return { next: now === 0 ? 'wait' : 'ask', failures: now };
}

/** Doubles with every failure; `chance` (0 to 1) takes up to a quarter off, so that many clients do not come back at once. */
export function retryDelay(
  failures: number,
  chance: number,
  { firstRetryMs, longestRetryMs }: Timing,
): number {
  return Math.min(firstRetryMs * 2 ** failures, longestRetryMs) * (1 - chance / 4);
}
