import t from 'tap';
import type { EventLog } from '../../../core/events/event-log.ts';
import { eventsAfter } from '../../../handlers/run/event-pages.ts';
import { openRecords } from '../../support/records.ts';

/** A real log that counts how often it is read. */
function countedLog() {
  const { events } = openRecords();
  const asked: number[] = [];
  const log: EventLog = {
    ...events,
    get lastId() {
      return events.lastId;
    },
    since(id, limit) {
      asked.push(id);
      return events.since(id, limit);
    },
  };
  const append = (message: string) => events.append({ type: 'auth.login', severity: 'info', message });
  return { log, append, asked };
}

t.test('many that ask for the same are told by one reading, until something new happens', async (t) => {
  const { log, append, asked } = countedLog();
  append('1');
  append('2');
  const pages = await Promise.all(Array.from({ length: 100 }, () => eventsAfter(log, 0)));
  t.equal(asked.length, 1);
  for (const page of pages) t.equal(page, pages[0]);
  t.same(
    pages[0]?.map(({ text }) => JSON.parse(text).message),
    ['1', '2'],
  );
  append('3');
  t.equal((await eventsAfter(log, 0)).length, 3);
});

t.test('a reading that fails is not remembered', async (t) => {
  const { log, append } = countedLog();
  append('1');
  let isBroken = true;
  const broken: EventLog = {
    ...log,
    lastId: log.lastId,
    since: (id, limit) => (isBroken ? Promise.reject(new Error('broken')) : log.since(id, limit)),
  };
  await t.rejects(eventsAfter(broken, 0), new Error('broken'));
  isBroken = false;
  t.equal((await eventsAfter(broken, 0)).length, 1);
});

t.test('what is kept already and not told yet is left to the publishing', async (t) => {
  const { log, append } = countedLog();
  append('1');
  const untold: EventLog = { ...log, lastId: log.lastId, since: (id, limit) => log.since(id, limit) };
  append('2');
  t.equal((await eventsAfter(untold, 0)).length, 1);
});

t.test('the memory is bounded: of many starting points the oldest are read again', async (t) => {
  const { log, append, asked } = countedLog();
  append('1');
  for (let id = 0; id <= 16; id += 1) await eventsAfter(log, id);
  await eventsAfter(log, 16);
  t.equal(asked.length, 17);
  await eventsAfter(log, 0);
  t.equal(asked.length, 18);
});
