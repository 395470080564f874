/** Of so many entries one is forgotten. */
const SHARE = 64;

/**
 * Makes room in a Map that is full: forgets the entries that were set longest ago, a 64th of them, at least one. Not one each
 * time: a Map keeps the places of what was deleted until it is rebuilt, and its first entry is found behind all of them. With a
 * hundred thousand entries that took longer than all the rest of a login.
 */
export function forgetOldest(entries: Map<string, unknown>): void {
  let left = Math.ceil(entries.size / SHARE);
  // A Map iterates in the order of insertion.
  for (const key of entries.keys()) {
    if (left === 0) return;
    entries.delete(key);
    left -= 1;
  }
}
