import type { EventLog, NewEvent } from './event-log.ts';

/**
 * The same log, into which no secret comes: a client may call itself by the key, and a custom node may fail with a token in
 * its words. `scrub` removes them from a text.
 */
export function scrubbedEvents(log: EventLog, scrub: (text: string) => string): EventLog {
  function clean(value: unknown): unknown {
    if (typeof value === 'string') return scrub(value);
    if (Array.isArray(value)) return value.map(clean);
    return typeof value === 'object' && value !== null ? cleanAll(value) : value;
  }

  function cleanAll(data: object): Record<string, unknown> {
    return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, clean(value)]));
  }

  return {
    get lastId() {
      return log.lastId;
    },
    append: ({ message, data = {}, ...rest }: NewEvent) =>
      log.append({ ...rest, message: scrub(message), data: cleanAll(data) }),
    since: log.since,
    latest: log.latest,
    subscribe: log.subscribe,
    close: log.close,
  };
}
