import type { Scenario } from '../scenario.ts';
import { compareTwice } from './studio-twice.ts';

/** Every answer is counted for /api/metrics, by route and status, and one in 32 is timed. */
export const METRICS: Scenario = {
  name: 'metrics',
  measures: 'Studio twice, once without counting requests: what its metrics cost each of them.',
  run: (options) =>
    compareTwice(
      { server: 'bench/servers/studio-metrics.ts', variable: 'METRICS', without: 'Studio, counting nothing' },
      options,
    ),
};
