import type { StudioEvent } from './message.ts';

/** Remembers the newest event, and so tells news from what was there before. */
export interface EventFilter {
  /** Its id; null when there is none yet. */
  readonly newest: number | null;
  /** Whether this one was not seen before; it is the newest from now on. */
  isNews(event: Pick<StudioEvent, 'id' | 'timestamp'>): boolean;
}

/** `since`: the id of an event that was seen before. */
export function createEventFilter(since: number | null = null): EventFilter {
  let newest = since;
  let newestTime: string | null = null;
  return {
    get newest() {
      return newest;
    },
    isNews({ id, timestamp }) {
      // Ids begin anew when Studio has lost its log; then the time tells that this is no repetition.
      const isNews = newest === null || id > newest || (newestTime !== null && timestamp > newestTime);
      if (!isNews) return false;
      newest = id;
      newestTime = timestamp;
      return true;
    },
  };
}
