import t from 'tap';
import type { NewEvent } from '../../core/events/event-log.ts';
import { createFailureRecord } from '../../core/failure-record.ts';

const user_agent = 'guesser/1';

function record() {
  const events: NewEvent[] = [];
  return { events, record: createFailureRecord((event) => events.push(event)) };
}

t.test('the first wrong key of an address is told at once, the rest of its minute in one', async (t) => {
  const { events, record: failures } = record();
  for (let number = 0; number < 4; number += 1) failures.add({ ip: '203.0.113.7', user_agent, block: 0 });
  t.match(events, [{ type: 'auth.failed', data: { ip: '203.0.113.7', user_agent } }]);
  t.equal(events.length, 1);
  failures.flush();
  t.match(events[1], { type: 'auth.failed', data: { ip: '203.0.113.7', count: 3 } });
  t.equal(events.length, 2);
  failures.add({ ip: '203.0.113.7', user_agent, block: 0 });
  t.equal(events.length, 3, 'a new minute begins with an event of its own');
  failures.close();
  t.equal(events.length, 3, 'and what was told already is not told again');
});

t.test('an address that is throttled is told of at once', async (t) => {
  const { events, record: failures } = record();
  failures.add({ ip: '203.0.113.7', user_agent, block: 0 });
  failures.add({ ip: '203.0.113.7', user_agent, block: 60 });
  t.match(events[1], { type: 'auth.throttled', data: { ip: '203.0.113.7', user_agent, seconds: 60 } });
  failures.close();
});

t.test('one who has a whole /64 is one address', async (t) => {
  const { events, record: failures } = record();
  for (let number = 1; number <= 100; number += 1)
    failures.add({ ip: `2001:db8::${number.toString(16)}`, user_agent, block: 0 });
  failures.close();
  t.equal(events.length, 2);
});

t.test(
  'thousands of addresses make a few dozen events, and none of their failures is uncounted',
  async (t) => {
    const { events, record: failures } = record();
    for (let round = 1; round <= 5; round += 1)
      for (let address = 0; address < 4000; address += 1)
        failures.add({
          ip: `10.0.${address >> 8}.${address & 255}`,
          user_agent,
          block: round === 5 ? 60 : 0,
        });
    failures.close();
    t.ok(events.length <= 100, { events: events.length });
    const counted = events
      .filter(({ type }) => type === 'auth.failed')
      .reduce((sum, { data }) => sum + Number(data?.count ?? 1), 0);
    t.equal(counted, 20_000);
  },
);
