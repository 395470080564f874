import { EventEmitter, once } from 'node:events';
import { setImmediate, setTimeout } from 'node:timers/promises';

/** The time a run takes. Every wait ends at once, with an AbortError, when the run's signal does. */
export interface Pace {
  /** Whether a sampler waits for `release`. */
  readonly held: boolean;
  /** Waits before sampling step `value` (counted from 1) is shown; `ms` is what the node itself asks for. */
  step(ms: number, value: number, signal: AbortSignal): Promise<void>;
  /** Lets no sampler show more than `steps` steps until this is called again. */
  limit(steps: number): void;
}

/** With `stepDelayMs` every step takes that long, whatever the node asks for. `onHeld`: a sampler has come to its limit. */
export function createPace(stepDelayMs: number | undefined, onHeld: () => void): Pace {
  const gate = new EventEmitter().setMaxListeners(0);
  let limit = Number.POSITIVE_INFINITY;
  let held = false;
  return {
    get held() {
      return held;
    },
    async step(ms, value, signal) {
      const delay = stepDelayMs ?? ms;
      if (delay > 0) await setTimeout(delay, undefined, { signal });
      else await setImmediate(undefined, { signal });
      while (value > limit) {
        held = true;
        onHeld();
        try {
          await once(gate, 'limit', { signal });
        } finally {
          held = false;
        }
      }
    },
    limit(steps) {
      limit = steps;
      held = false;
      gate.emit('limit');
    },
  };
}
