import type { EventLog, StudioEvent } from '../../core/events/event-log.ts';
import type { SocketHandler } from '../../core/http/route.ts';
import { TOPICS } from '../../core/http/topics.ts';

/** How many of the latest events a viewer gets that does not say which ones it knows. */
const LATEST_EVENTS = 20;

/** How many runs a viewer is told of when it comes. */
const LATEST_RUNS = 100;

/**
 * WS /api/run/ws: what is known first, then all that happens, as it happens.
 * Text with `prompt_id` is a run's progress, text with `type` an event, binary a preview image (JPEG or PNG).
 * `?since=<event id>` begins with the events after that one; without it, with the latest 20.
 */
export const stream: SocketHandler = {
  async open(context, socket, request) {
    const events = await eventsToTell(context.events, request.query.get('since'));
    for (const topic of Object.values(TOPICS)) socket.subscribe(topic);
    for (const event of events) socket.send(JSON.stringify(event));
    for (const run of context.runs.list().slice(0, LATEST_RUNS)) socket.send(JSON.stringify(run));
  },
};

async function eventsToTell(events: EventLog, since: string | null): Promise<readonly StudioEvent[]> {
  if (since !== null && /^\d{1,15}$/.test(since)) return events.since(Number(since));
  const latest = (await events.latest({ limit: LATEST_EVENTS })).toReversed();
  // However long ago it changed: whether ComfyUI is there is the first thing to know.
  const [link] = await events.latest({ types: ['comfyui.connected', 'comfyui.disconnected'], limit: 1 });
  return link === undefined || latest.some(({ id }) => id === link.id) ? latest : [link, ...latest];
}
