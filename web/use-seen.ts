import { useEffect, useState } from 'preact/hooks';
import type { StudioEvent } from '../client/message.ts';
import { seenFrom, unreadCount } from './activity.ts';
import { remember, remembered } from './remembered.ts';

interface Seen {
  /** The id of the newest event that was looked at before the list was opened. */
  readonly seen: number;
  /** How many are newer; none while the list is open. */
  readonly unread: number;
  /** To be called when the list is closed. */
  lookedAt(): void;
}

/** A new connection begins with events of before, which may come in several parts; after so many ms there are no more of them. */
const BACKLOG_MS = 1000;

/** Which events are news to this browser, over all pages. `events` is newest first. */
export function useSeen(events: readonly StudioEvent[], isOpen: boolean): Seen {
  const [mark, setMark] = useState(rememberedMark);
  const [isWhole, setWhole] = useState(false);
  const newest = events[0]?.id ?? null;
  const seen = newest === null ? 0 : isWhole ? seenFrom(mark, newest) : (mark ?? newest);

  const hasBegun = newest !== null;
  useEffect(() => {
    if (!hasBegun) return;
    const timer = setTimeout(() => setWhole(true), BACKLOG_MS);
    return () => clearTimeout(timer);
  }, [hasBegun]);
  useEffect(() => {
    if (isWhole && seen !== mark) setMark(seen);
  }, [isWhole, seen, mark]);
  // What is looked at is remembered at once, as the page may be left; its marks stay until the list is closed.
  const toRemember = isOpen ? newest : mark;
  useEffect(() => {
    if (toRemember !== null) remember('seen', String(toRemember));
  }, [toRemember]);

  return { seen, unread: isOpen ? 0 : unreadCount(events, seen), lookedAt: () => setMark(newest) };
}

function rememberedMark(): number | null {
  const id = Number(remembered('seen') ?? Number.NaN);
  return Number.isSafeInteger(id) ? id : null;
}
