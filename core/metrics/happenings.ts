import type { EventType, StudioEvent } from '../events/event-log.ts';
import { createTally } from './tally.ts';

/** What the event log tells, as numbers. */
export interface Happenings {
  /** To be called with every event. */
  see(event: Pick<StudioEvent, 'type'>): void;
  /** Runs by what became of them; `queued` all that began. */
  runs(): Iterable<readonly [RunStep, number]>;
  updates(): Iterable<readonly ['succeeded' | 'failed', number]>;
  readonly maintenances: number;
  /** How long maintenance was on in all, the one that is on included; in seconds. */
  readonly maintenanceSeconds: number;
}

type RunStep = 'queued' | 'completed' | 'error' | 'cancelled' | 'stalled';

const RUNS: Partial<Record<EventType, RunStep>> = {
  'job.queued': 'queued',
  'job.completed': 'completed',
  'job.failed': 'error',
  'job.cancelled': 'cancelled',
  'job.stalled': 'stalled',
};

/** `now` in ms, from a clock that only goes forward. */
export function createHappenings(now: () => number = () => performance.now()): Happenings {
  const runs = createTally(['queued', 'completed', 'error', 'cancelled', 'stalled']);
  const updates = createTally(['succeeded', 'failed']);
  let maintenances = 0;
  let before = 0;
  let since: number | null = null;

  const current = (): number => (since === null ? 0 : now() - since);

  return {
    see({ type }) {
      const step = RUNS[type];
      if (step !== undefined) return runs.add(step);
      if (type === 'system.updated') updates.add('succeeded');
      else if (type === 'system.update.failed') updates.add('failed');
      else if (type === 'maintenance.entered') {
        maintenances += 1;
        since = now();
      } else if (type === 'maintenance.left') {
        before += current();
        since = null;
      }
    },
    runs: () => runs.entries(),
    updates: () => updates.entries(),
    get maintenances() {
      return maintenances;
    },
    get maintenanceSeconds() {
      return (before + current()) / 1000;
    },
  };
}
