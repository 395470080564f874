import { throttleKey } from '../auth/client-address.ts';

/** Counts the WebSockets that are open per client address (IPv6 by /64). */
export interface Viewers {
  /** Whether one more from there would be too many. */
  isFull(address: string): boolean;
  add(address: string): void;
  remove(address: string): void;
}

/** At most `most` per address; 0 sets no limit. */
export function createViewers(most: number): Viewers {
  const open = new Map<string, number>();
  return {
    isFull: (address) => most > 0 && (open.get(throttleKey(address)) ?? 0) >= most,
    add(address) {
      const key = throttleKey(address);
      open.set(key, (open.get(key) ?? 0) + 1);
    },
    remove(address) {
      const key = throttleKey(address);
      const left = (open.get(key) ?? 0) - 1;
      if (left > 0) open.set(key, left);
      else open.delete(key);
    },
  };
}

/** In bytes. A viewer has nothing to say, so what it says is small. */
export const LARGEST_MESSAGE = 4 * 1024;

/** Frames from a viewer, pings and pongs included, within WINDOW_MS. */
const MOST_FRAMES = 20;
const WINDOW_MS = 10_000;

/** How much one viewer may still say. */
export interface Allowance {
  /** False when it has said too much. `now` in ms, from any clock that only goes forward. */
  take(now: number): boolean;
}

export function createAllowance(): Allowance {
  let windowStart = Number.NEGATIVE_INFINITY;
  let frames = 0;
  return {
    take(now) {
      if (now - windowStart >= WINDOW_MS) {
        windowStart = now;
        frames = 0;
      }
      frames += 1;
      return frames <= MOST_FRAMES;
    },
  };
}
