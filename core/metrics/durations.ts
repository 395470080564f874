/** In seconds: from an answer out of memory to one that waited for a workflow's validation. */
export const BOUNDS: readonly number[] = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60];

/** How long something took, many times over: Prometheus's histogram, in as much memory after a year as at the start. */
export class Durations {
  /** How many fell into each bucket and no lower one; the last one is above every bound. */
  readonly #buckets = new Float64Array(BOUNDS.length + 1);
  #sum = 0;

  /** `weight`: how many it stands for. */
  observe(seconds: number, weight = 1): void {
    let bucket = 0;
    while (bucket < BOUNDS.length && seconds > (BOUNDS[bucket] ?? 0)) bucket += 1;
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + weight;
    this.#sum += seconds * weight;
  }

  /** In seconds. */
  get sum(): number {
    return this.#sum;
  }

  get count(): number {
    return this.#buckets.reduce((sum, each) => sum + each, 0);
  }

  /** How many took no longer than each bound, in the order of BOUNDS. */
  cumulative(): readonly number[] {
    let sum = 0;
    return BOUNDS.map((_, bucket) => {
      sum += this.#buckets[bucket] ?? 0;
      return sum;
    });
  }
}
