import type { SocketHandler } from '../../core/http/route.ts';
import { readStreamOptions } from './stream-options.ts';
import { Viewer } from './viewer.ts';

/**
 * WS /api/run/ws: what is known first, then all that happens, as it happens.
 * Text with `prompt_id` is a run's progress, text with `type` an event, binary a preview image (JPEG or PNG).
 * Options in the query:
 * - `prompt_id=<id>`: that run only, and events that are about no run: ComfyUI's coming and going, maintenance, the system
 * - `since=<event id>`: begins with all events after that one; without it, with the latest 20
 * - `previews=off|raw|tagged`; `raw` by default, `tagged` says whose they are (core/frames.ts)
 */
export const stream: SocketHandler = (context, request) => {
  const options = readStreamOptions(request.query);
  if (request.caller.by === 'session') context.transport.cookie(request.origin, context.now());
  return (socket) => new Viewer(context, socket, options).begin();
};
