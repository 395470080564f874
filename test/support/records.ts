import type { EventLog } from '../../core/events/event-log.ts';
import { createSqliteEventLog } from '../../core/events/sqlite.ts';
import type { RunArchive } from '../../core/runs/archive.ts';
import { createSqliteArchive } from '../../core/runs/sqlite-archive.ts';
import { openStorage, type Storage } from '../../core/storage/storage.ts';

export interface Records {
  readonly storage: Storage;
  readonly events: EventLog;
  readonly archive: RunArchive;
}

/** The real records, in memory or in a file, with room for all that a test writes. */
export function openRecords(path = ':memory:'): Records {
  const storage = openStorage(path, () => {});
  return {
    storage,
    events: createSqliteEventLog(storage, { count: 10_000, days: 1000, auditDays: 1000 }, () => {}),
    archive: createSqliteArchive(storage, { count: 1000, days: 1000, bytes: 2 ** 30 }),
  };
}
