import fc from 'fast-check';

/** `frames`, of which some are lost, some come twice, and some come late. */
export function shaken<T>(frames: readonly T[]): fc.Arbitrary<readonly T[]> {
  const late = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(6));
  const copies = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(late) },
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.tuple(late, late) },
  );
  return fc.array(copies, { minLength: frames.length, maxLength: frames.length }).map((fates) =>
    frames
      .flatMap((frame, at) => (fates[at] ?? []).map((late) => ({ frame, place: at + late })))
      .sort((one, other) => one.place - other.place)
      .map(({ frame }) => frame),
  );
}

/** What a socket that is lost and dialled again delivers: stretches of `frames` are missing, with a `gap` in place of each. */
export function withGaps<T, G>(frames: readonly T[], gap: G): fc.Arbitrary<readonly (T | G)[]> {
  const stretch = fc.tuple(fc.nat(frames.length), fc.nat(frames.length));
  return fc.array(stretch, { maxLength: 3 }).map((stretches) =>
    frames.flatMap((frame, at): (T | G)[] => {
      const begins = stretches.some(([from]) => from === at);
      const isLost = stretches.some(([from, length]) => from <= at && at < from + length);
      return [...(begins ? [gap] : []), ...(isLost ? [] : [frame])];
    }),
  );
}
