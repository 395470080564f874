import type { Scenario } from '../scenario.ts';
import { GATES } from './gates.ts';
import { REQUESTS } from './requests.ts';

/** All that the bench can measure, in the order in which it does. */
export const SCENARIOS: readonly Scenario[] = [...GATES, ...REQUESTS];
