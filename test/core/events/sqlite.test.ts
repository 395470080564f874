import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { EventLog, EventType, NewEvent } from '../../../core/events/event-log.ts';
import { type KeptAs, keptAs } from '../../../core/events/retention.ts';
import { createSqliteEventLog } from '../../../core/events/sqlite.ts';
import { openStorage, type Storage } from '../../../core/storage/storage.ts';
import { freshFolder } from '../../support/fresh-folder.ts';
import { makeOld } from '../../support/old-records.ts';
import { eventLogContract } from './contract.ts';

const KEEP = { count: 2000, days: 10, auditDays: 10 };
const event = (message: string, type: EventType = 'job.queued'): NewEvent => ({
  type,
  severity: 'info',
  message,
});

interface Opened {
  readonly storage: Storage;
  readonly path: string;
}

const storages = new WeakMap<EventLog, Opened>();

function opened(log: EventLog): Opened {
  const known = storages.get(log);
  if (known === undefined) throw new Error('it was not opened here');
  return known;
}

function openLog(t: Test, path: string): EventLog {
  const storage = openStorage(path, (message) => t.fail(message));
  const log = createSqliteEventLog(storage, KEEP, (message) => t.fail(message));
  storages.set(log, { storage, path });
  t.teardown(() => storage.database.open && storage.close());
  return log;
}

t.test('the contract', (t) => {
  eventLogContract(t, {
    open: async (t) => openLog(t, join(freshFolder(t), 'studio.db')),
    reopen: async (t, log) => {
      const { storage, path } = opened(log);
      storage.close();
      return openLog(t, path);
    },
  });
  t.end();
});

t.test('it keeps the newest events, by count and by age', async (t) => {
  const storage = openStorage(':memory:', () => {});
  const count = () => storage.database.prepare('SELECT count(*) FROM events').pluck().get();
  const log = createSqliteEventLog(storage, { count: 150, days: 10, auditDays: 1 }, () => {});
  for (let number = 0; number < 1000; number += 1) log.append(event(String(number)));
  t.ok(Number(count()) <= 250, 'what is too many is gone within a hundred events', { count: count() });
  t.equal((await log.latest({ limit: 1 }))[0]?.message, '999');
  t.equal((await log.since(0, 1000)).length, count());

  const old = Date.now() - 11 * 86_400_000;
  storage.database.prepare('UPDATE events SET id = ? + id % 100000').run(old);
  for (let number = 0; number < 101; number += 1) log.append(event('new'));
  t.equal(
    (await log.since(0, 1000)).filter(({ message }) => message !== 'new').length,
    0,
    'the old are gone',
  );
});

t.test('no flood pushes out the audit, neither of runs nor of wrong keys', async (t) => {
  const storage = openStorage(':memory:', () => {});
  const log = createSqliteEventLog(storage, { count: 100, days: 10, auditDays: 30 }, () => {});
  log.append(event('login', 'auth.login'));
  log.append(event('lowered', 'manager.security_level.changed'));
  log.append(event('wrong', 'auth.failed'));
  for (let number = 0; number < 1000; number += 1) log.append(event('run'));
  t.same(
    (await log.latest({ audit: true })).map(({ message }) => message),
    ['wrong', 'lowered', 'login'],
  );
  t.ok((await log.latest({ types: ['job.*'], limit: 1000 })).length <= 200, 'runs have their own bound');
});

t.test('the audit has an age of its own', async (t) => {
  const DAY = 86_400_000;
  for (const [days, kept] of [
    [20, ['login']],
    [40, []],
  ] as const) {
    const storage = openStorage(':memory:', () => {});
    const log = createSqliteEventLog(storage, { count: 1000, days: 10, auditDays: 30 }, () => {});
    log.append(event('login', 'auth.login'));
    log.append(event('run'));
    storage.database.prepare('UPDATE events SET id = id - ?').run(days * DAY);
    for (let number = 0; number < 101; number += 1) log.append(event('new'));
    const left = (await log.since(0)).map(({ message }) => message).filter((message) => message !== 'new');
    t.same(left, kept, `${days} days`);
  }
});

t.test('every kind of event has its place', async (t) => {
  const rows: readonly [EventType, KeptAs][] = [
    ['job.failed', 'news'],
    ['comfyui.connected', 'news'],
    ['system.backend.started', 'news'],
    ['update.output', 'news'],
    ['auth.login', 'audit'],
    ['auth.sessions.rotated', 'audit'],
    ['auth.key.changed', 'audit'],
    ['admin.confirmed', 'audit'],
    ['manager.security_level.changed', 'audit'],
    ['maintenance.entered', 'audit'],
    ['auth.failed', 'attempt'],
    ['auth.throttled', 'attempt'],
    ['manager.refused', 'attempt'],
  ];
  for (const [type, kept] of rows) t.equal(keptAs(type), kept, type);
});

t.test('a file of before the audit is read, and what of it is audit is kept as that', async (t) => {
  const path = join(freshFolder(t), 'studio.db');
  const first = openLog(t, path);
  first.append(event('login', 'auth.login'));
  first.append(event('run'));
  const { storage } = opened(first);
  makeOld(storage.database, 1);
  storage.close();
  const second = openLog(t, path);
  t.same(
    (await second.latest({ audit: true })).map(({ message }) => message),
    ['login'],
  );
  t.equal((await second.since(0)).length, 2);
});

t.test(
  'what is appended in a transaction is told when it is kept, and not at all when it is not',
  async (t) => {
    const storage = openStorage(':memory:', () => {});
    const log = createSqliteEventLog(storage, KEEP, () => {});
    const told: string[] = [];
    log.subscribe(({ message }) => told.push(message));
    storage.together(() => {
      log.append(event('a'));
      log.append(event('b'));
      t.same(told, [], 'not yet');
    });
    t.same(told, ['a', 'b']);
    t.throws(() =>
      storage.together(() => {
        log.append(event('c'));
        throw new Error('no');
      }),
    );
    log.append(event('d'));
    t.same(told, ['a', 'b', 'd']);
    t.same(
      (await log.since(0)).map(({ message }) => message),
      ['a', 'b', 'd'],
    );
  },
);

t.test(
  'without room, events are told and not kept, which is said once; with room again they are kept',
  async (t) => {
    const warnings: string[] = [];
    const storage = openStorage(join(freshFolder(t), 'studio.db'), () => {});
    t.teardown(() => storage.close());
    const log = createSqliteEventLog(storage, KEEP, (message) => warnings.push(message));
    const told: number[] = [];
    log.subscribe(({ id }) => told.push(id));
    log.append(event('kept'));
    storage.database.pragma('max_page_count = 1');
    const long = 'x'.repeat(100_000);
    log.append(event(long));
    log.append(event(long));
    t.match(warnings, [/cannot be written/], 'once');
    storage.database.pragma('max_page_count = 1000000');
    log.append(event('kept again'));
    t.equal(told.length, 4);
    t.same(
      told,
      [...new Set(told)].sort((a, b) => a - b),
      'ids grow, of those that are not kept too',
    );
    t.same(
      (await log.since(0)).map(({ message }) => message),
      ['kept', 'kept again'],
    );
  },
);
