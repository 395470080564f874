import type { EventLog, EventType, StudioEvent } from '../../core/events/event-log.ts';
import { type EventFrame, eventFrame } from './event-pages.ts';

/** What a viewer is told first that knows nothing yet. */
export interface LatestEvents {
  /** The newest events there are, oldest first, up to KEPT. */
  readonly frames: readonly EventFrame[];
  /** ComfyUI's latest coming or going, however long ago that was. */
  readonly link: EventFrame | null;
}

/** Among so many a viewer of one run looks for those that concern it. */
const KEPT = 200;

const LINK_TYPES: readonly EventType[] = ['comfyui.connected', 'comfyui.disconnected'];

const latestOfLogs = new WeakMap<EventLog, Promise<LatestEvents>>();

/**
 * The latest events of the log, up to its `lastId` at the time of each look. Read once, by the first who asks, and kept up from
 * then on: a thousand viewers that come back together have the log searched no more often than one does, however long it is.
 */
export function latestEvents(log: EventLog): Promise<LatestEvents> {
  let latest = latestOfLogs.get(log);
  if (latest === undefined) {
    latest = follow(log);
    latestOfLogs.set(log, latest);
    latest.catch(() => latestOfLogs.delete(log));
  }
  return latest;
}

async function follow(log: EventLog): Promise<LatestEvents> {
  const latest: { frames: EventFrame[]; link: EventFrame | null } = { frames: [], link: null };
  // Before the reading, which may take a while in which something happens.
  const stop = log.subscribe((event) => {
    const frame = eventFrame(event);
    latest.frames.push(frame);
    if (latest.frames.length > KEPT) latest.frames.shift();
    if (isLink(event)) latest.link = frame;
  });
  try {
    const before = log.lastId + 1;
    const [events, [link]] = await Promise.all([
      log.latest({ before, limit: KEPT }),
      log.latest({ before, types: LINK_TYPES, limit: 1 }),
    ]);
    latest.frames = [...events.map(eventFrame).toReversed(), ...latest.frames].slice(-KEPT);
    latest.link ??= link === undefined ? null : eventFrame(link);
    return latest;
  } catch (error) {
    stop();
    throw error;
  }
}

function isLink({ type }: StudioEvent): boolean {
  return LINK_TYPES.includes(type);
}
