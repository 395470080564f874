import type { EventLog, StudioEvent } from './event-log.ts';

/** Keeps the newest `capacity` events in this process; a restart forgets them. Ids begin after `lastId`. */
export function createMemoryEventLog(capacity = 10_000, lastId = 0): EventLog {
  const listeners = new Set<(event: StudioEvent) => void>();
  let events: StudioEvent[] = [];
  return {
    append(event) {
      lastId += 1;
      const kept: StudioEvent = {
        id: lastId,
        timestamp: new Date().toISOString(),
        data: {},
        ...event,
      };
      events.push(kept);
      // Trimmed by halves, so that an append costs the same however full the log is.
      if (events.length >= 2 * capacity) events = events.slice(-capacity);
      for (const listener of listeners) listener(kept);
      return kept;
    },
    since(id, limit = 1000) {
      // Ids are consecutive here, so the place of the first one asked for can be computed.
      const missed = Math.min(Math.max(lastId - id, 0), events.length, capacity, limit);
      return missed === 0 ? [] : events.slice(-missed);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      listeners.clear();
    },
  };
}
