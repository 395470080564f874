import type { Test } from 'tap';
import type { EventLog, NewEvent, StudioEvent } from '../../../core/events/event-log.ts';

const event = (message: string, rest: Partial<NewEvent> = {}): NewEvent => ({
  type: 'auth.login',
  severity: 'info',
  message,
  ...rest,
});
const messages = (events: readonly StudioEvent[]): string[] => events.map(({ message }) => message);

/** An engine, as the contract looks at it. */
export interface Engine {
  /** A log that keeps at least 2,000 events. What was appended to an earlier one by this test may be in it. */
  open(t: Test): Promise<EventLog>;
  /** Opens what an earlier `open` of the same test wrote, as after a restart. */
  reopen(t: Test, log: EventLog): Promise<EventLog>;
}

/** Waits until subscribers have been told of `count` events after `begin` was called. */
function told(log: EventLog, count: number): { readonly all: Promise<readonly StudioEvent[]> } {
  const seen: StudioEvent[] = [];
  return {
    all: new Promise((resolve) => {
      const stop = log.subscribe((event) => {
        seen.push(event);
        if (seen.length < count) return;
        stop();
        resolve(seen);
      });
    }),
  };
}

async function append(log: EventLog, ...events: readonly NewEvent[]): Promise<readonly StudioEvent[]> {
  const { all } = told(log, events.length);
  for (const one of events) log.append(one);
  return all;
}

/** What any engine of the event log promises. */
export function eventLogContract(t: Test, engine: Engine): void {
  t.test('an event gets an id, a time and data, and is told as it is kept', async (t) => {
    const log = await engine.open(t);
    const [first, second] = await append(log, event('a'), event('b', { data: { ip: '::1', n: [1, null] } }));
    t.match(first, { type: 'auth.login', severity: 'info', message: 'a', data: {} });
    t.match(first?.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'ISO 8601, UTC, milliseconds');
    t.match(second, { data: { ip: '::1', n: [1, null] } });
    t.ok(Number.isSafeInteger(first?.id) && (first?.id ?? 0) > 0);
    t.same(await log.since((first?.id ?? 0) - 1), [first, second]);
    t.equal(log.lastId, second?.id);
  });

  t.test('ids only grow, however quickly events come, and go on after a restart', async (t) => {
    const log = await engine.open(t);
    const many = await append(log, ...Array.from({ length: 500 }, (_, index) => event(String(index))));
    for (const [index, { id }] of many.entries()) t.ok(index === 0 || id > (many[index - 1]?.id ?? 0));
    t.same(messages(many), [...many.keys()].map(String), 'told in the order of appending');
    const last = log.lastId;
    const next = await engine.reopen(t, log);
    t.equal(next.lastId, last);
    const [after] = await append(next, event('after'));
    t.ok((after?.id ?? 0) > last);
  });

  t.test('since(id): what came after, oldest first, page by page', async (t) => {
    const log = await engine.open(t);
    const all = await append(log, ...['a', 'b', 'c', 'd', 'e'].map((message) => event(message)));
    const idOf = (message: string) => all.find((one) => one.message === message)?.id ?? 0;
    const rows: readonly [number, number | undefined, string][] = [
      [idOf('a') - 1, undefined, 'abcde'],
      [idOf('c'), undefined, 'de'],
      [idOf('e'), undefined, ''],
      [idOf('e') + 1_000_000, undefined, ''],
      [idOf('a') - 1, 2, 'ab'],
      [idOf('b'), 2, 'cd'],
      [idOf('b'), 0, ''],
    ];
    for (const [id, limit, expected] of rows)
      t.equal(messages(await log.since(id, limit)).join(''), expected, `since ${id}, ${limit}`);
    await append(log, ...Array.from({ length: 1100 }, () => event('x')));
    t.equal((await log.since(idOf('a') - 1)).length, 1000, 'the default limit');
  });

  t.test('latest(): the newest first, by type, severity, place and number', async (t) => {
    const log = await engine.open(t);
    const all = await append(
      log,
      event('a', { type: 'job.queued' }),
      event('b', { severity: 'warning' }),
      event('c', { type: 'job.failed', severity: 'error' }),
      event('d', { data: { ip: '203.0.113.7' } }),
    );
    const since = (all[0]?.id ?? 0) - 1;
    const rows: readonly [Parameters<EventLog['latest']>[0], string][] = [
      [{}, 'dcba'],
      [{ limit: 2 }, 'dc'],
      [{ before: all[2]?.id }, 'ba'],
      [{ since: all[1]?.id ?? 0 }, 'dc'],
      [{ types: ['job.queued', 'job.failed'] }, 'ca'],
      [{ severities: ['warning', 'error'] }, 'cb'],
      [{ types: ['auth.login'], severities: ['info'], before: all[3]?.id }, ''],
      [{ types: ['no.such.type'] }, ''],
      [{ types: ['job.*'] }, 'ca'],
      [{ types: ['job.*', 'auth.login'] }, 'dcba'],
      [{ types: ['jo*'] }, 'ca'],
      [{ types: ['a.*'] }, ''],
      [{ audit: true }, 'db'],
      [{ audit: false }, 'dcba'],
      [{ ip: '203.0.113.7' }, 'd'],
      [{ ip: "'" }, ''],
      [{ types: [] }, ''],
    ];
    for (const [query, expected] of rows)
      t.equal(messages(await log.latest({ since, ...query })).join(''), expected, JSON.stringify(query));
  });

  t.test('a subscriber is told until it says stop, and others go on', async (t) => {
    const log = await engine.open(t);
    const one: string[] = [];
    const stop = log.subscribe(({ message }) => one.push(message));
    await append(log, event('a'));
    stop();
    t.same(messages(await append(log, event('b'))), ['b']);
    t.same(one, ['a']);
    log.close();
  });

  t.test('what is appended while a subscriber is told comes after it', async (t) => {
    const log = await engine.open(t);
    const { all } = told(log, 2);
    log.subscribe(({ message }) => {
      if (message === 'first') log.append(event('second'));
    });
    log.append(event('first'));
    t.same(messages(await all), ['first', 'second']);
  });
}
