import type { EventLog, StudioEvent } from '../../core/events/event-log.ts';
import { topicsOfEvent } from '../../core/http/topics.ts';

/** An event as it is sent. */
export interface EventFrame {
  readonly id: number;
  readonly topics: readonly string[];
  readonly text: string;
}

/** How many events are read at once. */
const PAGE = 256;

const MOST_PAGES = 16;

const pagesOfLogs = new WeakMap<EventLog, Map<number, { lastId: number; page: Promise<EventFrame[]> }>>();

/**
 * The first events after `id`, oldest first; none when there are no more. Only those that subscribers were told of: the others
 * are going to be published.
 * Viewers that were all cut off together come back together and ask for the same: they share what is read for one of them.
 */
export function eventsAfter(log: EventLog, id: number): Promise<readonly EventFrame[]> {
  const pages = pagesOfLogs.get(log) ?? new Map();
  pagesOfLogs.set(log, pages);
  const known = pages.get(id);
  if (known?.lastId === log.lastId) return known.page;
  const page = log
    .since(id, PAGE)
    .then((events) => events.filter((event) => event.id <= log.lastId).map(eventFrame));
  page.catch(() => pages.delete(id));
  pages.delete(id);
  pages.set(id, { lastId: log.lastId, page });
  // A Map iterates in the order of insertion, so the first is the oldest.
  const [oldest = id] = pages.keys();
  if (pages.size > MOST_PAGES) pages.delete(oldest);
  return page;
}

export function eventFrame(event: StudioEvent): EventFrame {
  return { id: event.id, topics: topicsOfEvent(event), text: JSON.stringify(event) };
}
