import t from 'tap';
import type { StudioEvent } from '../../client/message.ts';
import { ABOUT_WORDS, type About, isWanted, LEAST_WORDS, type Least, queryOf } from '../../web/activity.ts';
import {
  joinsOn,
  MOST_SHOWN,
  type OlderEvents,
  shownEvents,
  withOlder,
  withoutGap,
} from '../../web/older-events.ts';

const event = (id: number, type = 'job.queued'): StudioEvent => ({
  id,
  type,
  severity: 'info',
  message: `event ${id}`,
  timestamp: '2026-01-01T00:00:00.000Z',
  data: {},
});

/** Newest first, both ends included. */
const range = (newest: number, oldest: number): readonly StudioEvent[] =>
  Array.from({ length: newest - oldest + 1 }, (_, index) => event(newest - index));
const ends = (events: readonly StudioEvent[]) => [events.length, events[0]?.id, events.at(-1)?.id];

t.test('older pages go behind what the stream told, and news before it', async (t) => {
  const live = range(300, 201);
  const one = withOlder(shownEvents(live, null), null, { events: range(200, 101), next: 101 }, 300);
  t.same(ends(shownEvents(live, one)), [200, 300, 101]);
  const news = range(310, 211);
  t.same(ends(shownEvents(news, one)), [210, 310, 101], 'each once');
  const two = withOlder(shownEvents(news, one), one, { events: range(100, 1), next: null }, 310);
  t.same(ends(two.events), [310, 310, 1]);
  t.equal(two.next, null);
  t.equal(two.isCut, false);
});

t.test('a long list lets go of its newest', async (t) => {
  let older: OlderEvents | null = null;
  const live = range(1000, 901);
  for (let newest = 900; newest > 300; newest -= 100)
    older = withOlder(shownEvents(live, older), older, { events: range(newest, newest - 99), next: 1 }, 1000);
  t.same(older && ends(shownEvents(range(1100, 1001), older)), [MOST_SHOWN, 800, 301]);
  t.equal(older?.isCut, true);
  t.equal(older && joinsOn(older, range(1500, 1400)), true, 'it is looked at for itself');
});

t.test('what the live events do not reach is let go of: there may be a gap', async (t) => {
  const older: OlderEvents = { events: range(250, 1), next: null, upTo: 300, isCut: false };
  for (const [live, expected, why] of [
    [range(300, 201), true, 'as it was'],
    [range(400, 300), true, 'the last of then is still there'],
    [range(400, 301), false, 'a hundred may have been pushed out'],
    [range(20, 1), false, 'ids have begun anew'],
    [[], true, 'not connected yet'],
  ] as const)
    t.equal(joinsOn(older, live), expected, why);
});

t.test('the state of ComfyUI that the stream begins with may stand apart', async (t) => {
  t.same(ends(withoutGap([...range(300, 281), event(7, 'comfyui.connected')])), [20, 300, 281]);
  t.same(ends(withoutGap(range(300, 281))), [20, 300, 281]);
  t.same(withoutGap([event(7, 'comfyui.connected')]), []);
  t.same(withoutGap([]), []);
});

t.test('Studio is asked for the events that the filter lets through', async (t) => {
  const isAsked = (query: string, { type, severity }: StudioEvent) => {
    const asked = new URLSearchParams(query);
    const severities = asked.get('severity')?.split(',') ?? [severity];
    return (
      severities.includes(severity) &&
      asked
        .get('types')
        ?.split(',')
        .some((pattern) => type.startsWith(pattern.replace('*', '')))
    );
  };
  const types = ['job.failed', 'auth.login', 'manager.refused', 'admin.confirmed', 'maintenance.left'];
  for (const about of Object.keys(ABOUT_WORDS) as About[])
    for (const severity of Object.keys(LEAST_WORDS) as Least[])
      for (const type of [...types, 'comfyui.connected', 'system.updated'])
        for (const own of ['info', 'success', 'warning', 'error'] as const) {
          const filter = { about, severity };
          const one = { ...event(1, type), severity: own };
          t.equal(
            isAsked(queryOf(filter), one),
            isWanted(filter, one),
            `${about} ${severity} ${type} ${own}`,
          );
        }
});
