/**
 * The answer of `make`, which is asked again when the last one is older than `ms`, and once at a time however many want it.
 * A failure goes to all who wait for it, and is not kept.
 */
export function createCached<T>(ms: number, make: () => Promise<T>): () => Promise<T> {
  let pending: Promise<T> | null = null;
  let last: { readonly value: T; readonly at: number } | null = null;
  return () => {
    if (last !== null && performance.now() - last.at < ms) return Promise.resolve(last.value);
    pending ??= make()
      .then((value) => {
        last = { value, at: performance.now() };
        return value;
      })
      .finally(() => {
        pending = null;
      });
    return pending;
  };
}
