import type { StudioEvent } from '../../client/message.ts';

/** An address from which no key is taken for a while. */
export interface Block {
  readonly ip: string;
  /** In ms since 1970. */
  readonly until: number;
}

/** The blocks that last, of auth.throttled events in any order: one for each address, the longest first. */
export function blocksAt(events: readonly StudioEvent[], now: number): readonly Block[] {
  const until = new Map<string, number>();
  for (const { type, timestamp, data } of events) {
    if (type !== 'auth.throttled' || typeof data.ip !== 'string' || typeof data.seconds !== 'number')
      continue;
    const end = Date.parse(timestamp) + data.seconds * 1000;
    if (end > now) until.set(data.ip, Math.max(end, until.get(data.ip) ?? 0));
  }
  return [...until].map(([ip, end]) => ({ ip, until: end })).sort((one, other) => other.until - one.until);
}
