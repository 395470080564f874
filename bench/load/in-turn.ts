import type { Row } from '../scenario.ts';

/** What one turn of one server found, by the metrics' keys. */
export type Sample = Readonly<Record<string, number>>;

interface Named {
  readonly name: string;
  readonly version: string;
}

/**
 * Gives each contender its turn, round after round, so that what the machine does meanwhile is in all of them; every other round
 * goes backwards, so that nobody always follows the same one. The first round is for warming up and is not counted.
 */
export async function inTurn<C extends Named>(
  contenders: readonly C[],
  rounds: number,
  measure: (contender: C) => Promise<Sample>,
): Promise<readonly Row[]> {
  const samples = new Map(contenders.map((contender) => [contender, [] as Sample[]]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const sample = await measure(contender);
      if (round > 0) samples.get(contender)?.push(sample);
    }
  }
  return contenders.map((contender) => ({
    server: contender.name,
    version: contender.version,
    samples: byKey(samples.get(contender) ?? []),
  }));
}

function byKey(samples: readonly Sample[]): Record<string, number[]> {
  const keys = Object.keys(samples[0] ?? {});
  return Object.fromEntries(keys.map((key) => [key, samples.map((sample) => sample[key] ?? Number.NaN)]));
}
