import type { Scenario } from '../scenario.ts';
import { compareTwice } from './studio-twice.ts';

/** The guard judges every request's bytes before anything else looks at them. */
export const GUARD: Scenario = {
  name: 'guard',
  measures:
    'Studio twice, once with a guard that judges nothing: what it costs to refuse what is not clean HTTP.',
  run: (options) =>
    compareTwice(
      { server: 'bench/servers/studio-guard.ts', variable: 'GUARD', without: 'Studio, its guard off' },
      options,
    ),
};
