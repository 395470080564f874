import { StudioError } from '../client/error.ts';
import { eventOf } from '../client/frames.ts';
import { fieldsOf, listOf, numberOf } from '../client/json.ts';
import type { EventPage } from './older-events.ts';
import { ask } from './studio.ts';

/** GET /api/admin/events, with the query as it is. */
export async function getEvents(query: string, signal?: AbortSignal): Promise<EventPage> {
  const fields = fieldsOf(await ask(`/api/admin/events?${query}`, { signal }));
  if (fields === null) throw new StudioError(0, 'What answered does not speak as Studio does.');
  return {
    events: listOf(fields.events).flatMap((event) => eventOf(fieldsOf(event) ?? {}) ?? []),
    next: numberOf(fields.next),
  };
}
