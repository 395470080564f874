import { z } from 'zod';
import { type Storage, StorageUnwritable } from '../storage/storage.ts';
import type { EventLog, EventQuery, NewEvent, StudioEvent } from './event-log.ts';
import { boundsOf, keptAs, type Retention } from './retention.ts';

/** How many events may come before those that are too many, or too old, are deleted. */
const PRUNE_EVERY = 100;

const DAY_MS = 86_400_000;

/** The event log in Studio's own storage. `warn` is told when events can no longer be kept, once for each outage. */
export function createSqliteEventLog(
  storage: Storage,
  retention: Retention,
  warn: (message: string) => void,
): EventLog {
  const { database } = storage;
  const insert = database.prepare(
    `INSERT INTO events SELECT max(coalesce(max(id) + 1, 0), @id), @type, @severity, @timestamp, @message, @data, @keptAs
     FROM events RETURNING id`,
  );
  const after = database.prepare('SELECT * FROM events WHERE id > ? ORDER BY id LIMIT ?');
  const prune = database.prepare(
    `DELETE FROM events WHERE kept_as = @keptAs AND (id < @oldest
       OR id <= (SELECT id FROM events WHERE kept_as = @keptAs ORDER BY id DESC LIMIT 1 OFFSET @count))`,
  );
  const bounds = boundsOf(retention);
  const listeners = new Set<(event: StudioEvent) => void>();
  let lastId = Id.parse(database.prepare('SELECT coalesce(max(id), 0) FROM events').pluck().get());
  let untilPrune = 0;
  let outage = false;

  function keep(event: Omit<StudioEvent, 'id'>, leastId: number): number {
    const row = { ...event, id: leastId, data: JSON.stringify(event.data), keptAs: keptAs(event.type) };
    return Id.parse(storage.write(() => insert.pluck().get(row)));
  }

  function keepOrNot(event: Omit<StudioEvent, 'id'>, leastId: number): number {
    try {
      const id = keep(event, leastId);
      outage = false;
      return id;
    } catch (error) {
      // What is written together with other things is kept with them, or not at all.
      if (!(error instanceof StorageUnwritable) || database.inTransaction) throw error;
      if (!outage) warn(`${error.message}. Events are shown, and forgotten.`);
      outage = true;
      return leastId;
    }
  }

  function pruneNowAndThen(now: number): void {
    untilPrune -= 1;
    if (untilPrune > 0 || database.inTransaction) return;
    untilPrune = PRUNE_EVERY;
    try {
      for (const { keptAs, days, count } of bounds)
        storage.write(() => prune.run({ keptAs, oldest: now - days * DAY_MS, count }));
    } catch (error) {
      // Deleting takes room for a moment as well. It is tried again later.
      if (!(error instanceof StorageUnwritable)) throw error;
    }
  }

  return {
    get lastId() {
      return lastId;
    },
    append({ type, severity, message, data = {} }: NewEvent) {
      const now = Date.now();
      const event = { type, severity, message, data, timestamp: new Date(now).toISOString() };
      const id = keepOrNot(event, Math.max(lastId + 1, now));
      if (!outage) pruneNowAndThen(now);
      storage.whenKept(() => {
        lastId = id;
        for (const listener of listeners) listener({ id, ...event });
      });
    },
    since: async (id, limit = 1000) => Rows.parse(after.all(id, limit)),
    latest: async (query = {}) => {
      const { where, values } = conditions(query);
      return Rows.parse(
        database
          .prepare(`SELECT * FROM events ${where} ORDER BY id DESC LIMIT ?`)
          .all(...values, query.limit ?? 100),
      );
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

function conditions({ since, before, types, severities, audit, ip }: EventQuery): {
  where: string;
  values: (string | number)[];
} {
  const all: [string, readonly (string | number)[]][] = [];
  if (since !== undefined) all.push(['id > ?', [since]]);
  if (before !== undefined) all.push(['id < ?', [before]]);
  if (types !== undefined) all.push(ofTypes(types));
  if (severities !== undefined) all.push([`severity IN (${placeholders(severities)})`, severities]);
  if (audit === true) all.push(["kept_as IN ('audit', 'attempt')", []]);
  if (ip !== undefined) all.push(["json_extract(data, '$.ip') = ?", [ip]]);
  return {
    where: all.length === 0 ? '' : `WHERE ${all.map(([condition]) => condition).join(' AND ')}`,
    values: all.flatMap(([, values]) => values),
  };
}

/** Nothing in a type's name means something to GLOB, but for the `*` at its end. */
function ofTypes(types: readonly string[]): [string, readonly string[]] {
  const wild = types.filter((type) => type.endsWith('*'));
  const exact = `type IN (${placeholders(types)})`;
  return [`(${[exact, ...wild.map(() => 'type GLOB ?')].join(' OR ')})`, [...types, ...wild]];
}

function placeholders(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

const Id = z.number().int();

/** What this file wrote; it is checked all the same, for others can write into the folder too. */
const Rows: z.ZodType<readonly StudioEvent[]> = z.array(
  z.object({
    id: Id,
    type: z.custom<StudioEvent['type']>((type) => typeof type === 'string'),
    severity: z.enum(['info', 'success', 'warning', 'error']),
    timestamp: z.string(),
    message: z.string(),
    data: z.string().transform((text): Record<string, unknown> => Data.parse(JSON.parse(text))),
  }),
);

const Data = z.record(z.string(), z.unknown());
