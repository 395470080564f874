import type { Machine } from '../machine.ts';
import type { Result, Scenario } from '../scenario.ts';

/** All that a run of the bench found. */
export interface Report {
  /** ISO 8601, of its beginning. */
  readonly date: string;
  readonly machine: Machine;
  /** How it was measured, in a sentence. */
  readonly method: string;
  /** Short rounds, and few: good for a look, not for a claim. */
  readonly quick: boolean;
  readonly scenarios: readonly Measured[];
}

export interface Measured extends Pick<Scenario, 'name' | 'measures'> {
  readonly results: readonly Result[];
}
