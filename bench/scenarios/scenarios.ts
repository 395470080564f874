import type { Scenario } from '../scenario.ts';
import { GROWTH_COOKIES } from './growth-cookies.ts';
import { GROWTH_HISTORY } from './growth-history.ts';
import { GROWTH_RUNS } from './growth-runs.ts';
import { GROWTH_THROTTLE } from './growth-throttle.ts';
import { HANDSHAKES } from './handshakes.ts';
import { IDLE_SOCKETS } from './idle-sockets.ts';
import { REQUESTS } from './requests.ts';

/** All that the bench can measure, in the order in which it does. */
export const SCENARIOS: readonly Scenario[] = [
  ...REQUESTS,
  HANDSHAKES,
  IDLE_SOCKETS,
  GROWTH_COOKIES,
  GROWTH_THROTTLE,
  GROWTH_HISTORY,
  GROWTH_RUNS,
];
