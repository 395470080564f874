import t from 'tap';
import type { NewEvent, StudioEvent } from '../../../core/events/event-log.ts';
import { createMemoryEventLog } from '../../../core/events/memory.ts';

const event = (message: string): NewEvent => ({ type: 'auth.login', severity: 'info', message });
const ids = (events: readonly StudioEvent[]) => events.map(({ id }) => id);

function filled(count: number, capacity?: number) {
  const log = createMemoryEventLog(capacity);
  for (let number = 1; number <= count; number += 1) log.append(event(String(number)));
  return log;
}

t.test('an event gets an id, a time and data', async (t) => {
  const log = createMemoryEventLog();
  const first = log.append(event('a'));
  t.match(first, { id: 1, type: 'auth.login', severity: 'info', message: 'a', data: {} });
  t.match(first.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'ISO 8601, UTC, milliseconds');
  const second = log.append({ ...event('b'), data: { ip: '::1' } });
  t.match(second, { id: 2, data: { ip: '::1' } });
});

t.test('since(id) gives the events after it, oldest first, the newest `limit` of them', async (t) => {
  const rows: readonly [number, number | undefined, number[]][] = [
    [0, undefined, [1, 2, 3, 4, 5]],
    [3, undefined, [4, 5]],
    [5, undefined, []],
    [99, undefined, []],
    [-1, undefined, [1, 2, 3, 4, 5]],
    [0, 2, [4, 5]],
    [3, 1, [5]],
    [0, 0, []],
  ];
  for (const [id, limit, expected] of rows)
    t.same(ids(filled(5).since(id, limit)), expected, `since ${id}, ${limit}`);
  t.same(createMemoryEventLog().since(0), []);
  t.equal(filled(1500).since(0).length, 1000, 'the default limit');
});

t.test('it keeps the newest `capacity` events, and ids go on', async (t) => {
  for (const count of [4, 5, 7, 8, 9, 100]) {
    const kept = ids(filled(count, 4).since(0));
    t.same(
      kept,
      [count - 3, count - 2, count - 1, count].filter((id) => id > 0),
      `${count} events`,
    );
  }
});

t.test('every subscriber is told before append returns, until it stops', async (t) => {
  const log = createMemoryEventLog();
  const heard: string[] = [];
  const stopA = log.subscribe(({ message }) => heard.push(`a${message}`));
  log.subscribe(({ message }) => heard.push(`b${message}`));
  log.append(event('1'));
  t.same(heard, ['a1', 'b1']);
  stopA();
  stopA();
  log.append(event('2'));
  t.same(heard, ['a1', 'b1', 'b2']);
  log.close();
  log.append(event('3'));
  t.same(heard, ['a1', 'b1', 'b2']);
});

t.test('a subscriber that appends is heard, after the event that made it', async (t) => {
  const log = createMemoryEventLog();
  log.subscribe(({ message }) => {
    if (message === 'cause') log.append(event('effect'));
  });
  log.append(event('cause'));
  t.same(
    log.since(0).map(({ message }) => message),
    ['cause', 'effect'],
  );
});
