import type { StudioEvent } from '../client/message.ts';

export interface EventPage {
  /** Newest first. */
  readonly events: readonly StudioEvent[];
  /** For `before`; null on the last page. */
  readonly next: number | null;
}

/** Events that were loaded behind those that the stream tells, and with them those as they were then. */
export interface OlderEvents {
  /** Newest first, MOST_SHOWN at the most. */
  readonly events: readonly StudioEvent[];
  /** For the next page's `before`; null: there is nothing before. */
  readonly next: number | null;
  /** The id of the newest event that there was then, wanted or not. */
  readonly upTo: number;
  /** The newest were let go of, so that the document stays small. */
  readonly isCut: boolean;
}

/** A list that is longer than this nobody reads, and a phone draws slowly. */
export const MOST_SHOWN = 500;

/**
 * The live events without the last when that may stand apart: the stream begins with how ComfyUI is, however long ago that has
 * changed, and what came between is not among them.
 */
export function withoutGap(live: readonly StudioEvent[]): readonly StudioEvent[] {
  return live.at(-1)?.type.startsWith('comfyui.') === true ? live.slice(0, -1) : live;
}

/** `wanted`: of the live events, newest first, those that are shown. */
export function shownEvents(
  wanted: readonly StudioEvent[],
  older: OlderEvents | null,
): readonly StudioEvent[] {
  if (older === null) return wanted;
  if (older.isCut) return older.events;
  const newest = older.events[0]?.id ?? 0;
  return [...wanted.filter(({ id }) => id > newest), ...older.events];
}

/** One more page behind what is shown. `newest`: the id of the newest live event. */
export function withOlder(
  shown: readonly StudioEvent[],
  before: OlderEvents | null,
  page: EventPage,
  newest: number,
): OlderEvents {
  const events = [...shown, ...page.events];
  return {
    events: events.slice(-MOST_SHOWN),
    next: page.next,
    upTo: Math.max(newest, before?.upTo ?? 0),
    isCut: events.length > MOST_SHOWN || before?.isCut === true,
  };
}

/**
 * Whether they still join on to the live events, of which only so many are kept: else there may be a gap, or ids have begun anew.
 * What is cut is looked at for itself.
 */
export function joinsOn({ upTo, isCut }: OlderEvents, live: readonly StudioEvent[]): boolean {
  const [newest, oldest] = [live[0], live.at(-1)];
  if (isCut || newest === undefined || oldest === undefined) return true;
  return oldest.id <= upTo && newest.id >= upTo;
}
