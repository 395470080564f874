import type { Scenario } from '../scenario.ts';
import { COLD_START } from './cold-start.ts';
import { FAN_OUT } from './fan-out.ts';
import { GATES } from './gates.ts';
import { GROWTH_COOKIES } from './growth-cookies.ts';
import { GROWTH_HISTORY } from './growth-history.ts';
import { GROWTH_RUNS } from './growth-runs.ts';
import { GROWTH_THROTTLE } from './growth-throttle.ts';
import { GUARD } from './guard.ts';
import { HANDSHAKES } from './handshakes.ts';
import { IDLE_SOCKETS } from './idle-sockets.ts';
import { METRICS } from './metrics.ts';
import { PROXY } from './proxy.ts';
import { PROXY_MEMORY } from './proxy-memory.ts';
import { REQUESTS } from './requests.ts';
import { SLOW_CLIENTS } from './slow-clients.ts';
import { SLOW_VIEWER } from './slow-viewer.ts';
import { STATUS_JSON } from './status-json.ts';

/** All that the bench can measure, in the order in which it does. */
export const SCENARIOS: readonly Scenario[] = [
  ...GATES,
  ...REQUESTS,
  STATUS_JSON,
  GUARD,
  METRICS,
  COLD_START,
  FAN_OUT,
  SLOW_VIEWER,
  HANDSHAKES,
  IDLE_SOCKETS,
  PROXY,
  PROXY_MEMORY,
  SLOW_CLIENTS,
  GROWTH_COOKIES,
  GROWTH_RUNS,
  GROWTH_HISTORY,
  GROWTH_THROTTLE,
];
