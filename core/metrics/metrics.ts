import { createFrames, type Frames } from './frames.ts';
import { createHappenings, type Happenings } from './happenings.ts';
import { createKeyCounts, type KeyCounts } from './keys.ts';
import { createRequestCounts, type RequestCounts } from './requests.ts';
import { createTally, type Tally } from './tally.ts';
import { createUpstreamTimes, type UpstreamTimes } from './upstream-times.ts';

/** Why a clean request was not answered by its handler. */
export type Denial = 'not_authenticated' | 'cross_site' | 'throttled' | 'maintenance';

/** All that is counted since the start of the process: plain numbers, which nobody reads before /api/metrics is asked for. */
export interface Metrics {
  readonly requests: RequestCounts;
  readonly denials: Tally<Denial>;
  readonly keys: KeyCounts;
  readonly frames: Frames;
  readonly upstream: UpstreamTimes;
  readonly happenings: Happenings;
}

export function createMetrics(): Metrics {
  return {
    requests: createRequestCounts(),
    denials: createTally(['not_authenticated', 'cross_site', 'throttled', 'maintenance']),
    keys: createKeyCounts(),
    frames: createFrames(),
    upstream: createUpstreamTimes(),
    happenings: createHappenings(),
  };
}

/** By the status that the gate refuses with. */
export function denialOf(status: number): Denial {
  if (status === 403) return 'cross_site';
  return status === 429 ? 'throttled' : 'not_authenticated';
}
