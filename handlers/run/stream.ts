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
  open(context, socket, request) {
    // Nothing can be published between these lines, so nothing is missed and nothing comes twice.
    for (const topic of Object.values(TOPICS)) socket.subscribe(topic);
    for (const event of eventsToTell(context.events, request.query.get('since')))
      socket.send(JSON.stringify(event));
    for (const run of context.runs.list().slice(0, LATEST_RUNS)) socket.send(JSON.stringify(run));
  },
};

function eventsToTell(events: EventLog, since: string | null): readonly StudioEvent[] {
  if (since !== null && /^\d{1,15}$/.test(since)) return events.since(Number(since));
  const all = events.since(0);
  const latest = all.slice(-LATEST_EVENTS);
  // However long ago it changed: whether ComfyUI is there is the first thing to know.
  const link = all.findLast(({ type }) => type === 'comfyui.connected' || type === 'comfyui.disconnected');
  return link === undefined || latest.includes(link) ? latest : [link, ...latest];
}
