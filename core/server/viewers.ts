import { throttleKey } from '../auth/client-address.ts';

/** Counts the WebSockets that are open per place: a client address, IPv6 by /64. */
export interface Viewers {
  /** The place of an address: found out once for each socket, for it takes longer than all the rest. */
  placeOf(address: string): string;
  /** Whether one more from there would be too many. */
  isFull(place: string): boolean;
  add(place: string): void;
  remove(place: string): void;
}

/** At most `most` per place; 0 sets no limit. */
export function createViewers(most: number): Viewers {
  const open = new Map<string, number>();
  return {
    placeOf: throttleKey,
    isFull: (place) => most > 0 && (open.get(place) ?? 0) >= most,
    add(place) {
      open.set(place, (open.get(place) ?? 0) + 1);
    },
    remove(place) {
      const left = (open.get(place) ?? 0) - 1;
      if (left > 0) open.set(place, left);
      else open.delete(place);
    },
  };
}

/** In bytes. A viewer has nothing to say, so what it says is small. */
export const LARGEST_MESSAGE = 4 * 1024;

/** Frames from a viewer, pings and pongs included, within WINDOW_MS. */
const MOST_FRAMES = 20;
const WINDOW_MS = 10_000;

/** How much one viewer may still say. */
export class Allowance {
  #windowStart = Number.NEGATIVE_INFINITY;
  #frames = 0;

  /** False when it has said too much. `now` in ms, from any clock that only goes forward. */
  take(now: number): boolean {
    if (now - this.#windowStart >= WINDOW_MS) {
      this.#windowStart = now;
      this.#frames = 0;
    }
    this.#frames += 1;
    return this.#frames <= MOST_FRAMES;
  }
}
