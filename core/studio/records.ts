import { randomUUID } from 'node:crypto';
import type { Config } from '../config.ts';
import type { EventLog } from '../events/event-log.ts';
import { scrubbedEvents } from '../events/scrubbed.ts';
import { createSqliteEventLog } from '../events/sqlite.ts';
import { createFailureRecord, type FailureRecord } from '../failure-record.ts';
import { createSqliteArchive } from '../runs/sqlite-archive.ts';
import { createTracker, type Tracker } from '../runs/tracker.ts';
import type { Storage } from '../storage/storage.ts';
import type { Access } from './access.ts';

/** What has happened, and who goes on writing it down. */
export interface Records {
  readonly storage: Storage;
  readonly events: EventLog;
  readonly runs: Tracker;
  /** Of wrong keys. */
  readonly failures: FailureRecord;
}

/** From now on this process follows ComfyUI: no other may do so on the same storage. */
export function keepRecords(
  config: Config,
  storage: Storage,
  { secrets, log }: Pick<Access, 'secrets' | 'log'>,
): Records {
  const events = scrubbedEvents(
    createSqliteEventLog(storage, config.eventsKept, (message) => log.warn(message)),
    secrets.scrub,
  );
  const runs = createTracker({
    comfyuiUrl: config.comfyuiUrl,
    clientId: storage.nameOnce('comfyui client', randomUUID),
    archive: createSqliteArchive(storage, config.runsKept),
    authorization: config.comfyuiAuthorization,
    events,
    log,
  });
  const failures = createFailureRecord((event) => events.append(event));
  events.subscribe(({ type, data }) => {
    if (type === 'auth.login') failures.succeeded(String(data.ip));
  });
  return { storage, events, runs, failures };
}
