import fc from 'fast-check';
import t from 'tap';
import { createEventFilter } from '../../client/event-filter.ts';
import { holds } from '../support/property.ts';

const event = (id: number, second = id) => ({ id, timestamp: new Date(second * 1000).toISOString() });

t.test('an id that was seen, or is older than one that was, is no news', async (t) => {
  const events = createEventFilter();
  t.equal(events.newest, null);
  const told = [1, 2, 2, 1, 3, 5, 4].filter((id) => events.isNews(event(id)));
  t.same(told, [1, 2, 3, 5]);
  t.equal(events.newest, 5);
});

t.test('what was seen before this client began is no news either', async (t) => {
  const events = createEventFilter(7);
  t.same(
    [6, 7, 8].filter((id) => events.isNews(event(id))),
    [8],
  );
});

t.test('a log that begins anew is believed, by its time', async (t) => {
  const events = createEventFilter();
  events.isNews(event(57, 10));
  t.equal(events.isNews(event(1, 11)), true);
  t.equal(events.isNews(event(1, 11)), false);
  t.equal(events.isNews(event(2, 12)), true);
  t.equal(events.newest, 2);
});

t.test('however often a log is replayed from anywhere, each event is news once', async (t) => {
  const replays = fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { maxLength: 20 });
  holds(
    t,
    'in order, and once',
    fc.property(replays, (spans) => {
      const events = createEventFilter();
      const told: number[] = [];
      let newest = 0;
      // A replay begins at or before what comes next, as Studio's do.
      for (const [back, length] of spans) {
        const from = Math.max(newest - back, 0) + 1;
        for (let id = from; id < from + length; id += 1) if (events.isNews(event(id))) told.push(id);
        newest = Math.max(newest, from + length - 1);
      }
      return told.length === newest && told.every((id, at) => id === at + 1);
    }),
  );
});
