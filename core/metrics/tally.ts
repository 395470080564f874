/** Counts under a few names that are known beforehand, so that nothing from outside can make it grow. */
export interface Tally<Name extends string> {
  add(name: Name, by?: number): void;
  /** Every name, with what was counted since the start of the process. */
  entries(): Iterable<readonly [Name, number]>;
}

export function createTally<const Name extends string>(names: readonly Name[]): Tally<Name> {
  const counts = new Map<Name, number>(names.map((name) => [name, 0]));
  return {
    add(name, by = 1) {
      counts.set(name, (counts.get(name) ?? 0) + by);
    },
    entries: () => counts.entries(),
  };
}
