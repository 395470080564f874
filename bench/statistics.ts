/** The middle of the values; of an even number, between the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Middle and middle half: less swayed by one odd round than the least and the most. */
export interface Spread {
  readonly median: number;
  /** First and third quartile. */
  readonly low: number;
  readonly high: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return {
    median: median(values),
    low: quantile(values, 0.25),
    high: quantile(values, 0.75),
    least: quantile(values, 0),
    most: quantile(values, 1),
  };
}

/**
 * `values` divided by `baseline`, round by round: what slows the whole machine for a while is in both, and falls out. Rounds that
 * one of them does not have are left out.
 */
export function pairedRatios(values: readonly number[], baseline: readonly number[]): readonly number[] {
  const rounds = Math.min(values.length, baseline.length);
  return values.slice(0, rounds).map((value, round) => value / (baseline[round] ?? Number.NaN));
}

/** By linear interpolation between the two nearest values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}
