import { useEffect, useRef, useState } from 'preact/hooks';
import type { StudioEvent } from '../client/message.ts';
import { getEvents } from './event-page.ts';
import { joinsOn, type OlderEvents, shownEvents, withOlder, withoutGap } from './older-events.ts';
import { problemOf } from './use-answer.ts';

interface OlderOptions {
  /** What the stream told, newest first. */
  readonly live: readonly StudioEvent[];
  readonly isWanted: (event: StudioEvent) => boolean;
  /** Asks Studio for those that are wanted. */
  readonly query: string;
  /** What was loaded already. */
  readonly first?: OlderEvents;
}

export interface Older {
  /** All that is shown, newest first. */
  readonly events: readonly StudioEvent[];
  readonly state: 'more' | 'loading' | 'end';
  readonly problem: string;
  /** The latest are not among them. */
  readonly isCut: boolean;
  more(): Promise<void>;
  toLatest(): void;
}

/** The events that the stream tells, with older ones behind them, page by page. Another query needs another component. */
export function useOlder({ live, isWanted, query, first }: OlderOptions): Older {
  const [loaded, setLoaded] = useState<OlderEvents | null>(first ?? null);
  const [isLoading, setLoading] = useState(false);
  const [problem, setProblem] = useState('');
  const leaving = useRef(new AbortController());
  useEffect(() => () => leaving.current.abort(), []);

  const joined = withoutGap(live);
  const older = loaded !== null && joinsOn(loaded, joined) ? loaded : null;
  const events = shownEvents((older === null ? live : joined).filter(isWanted), older);
  const newest = live[0]?.id ?? 0;
  const next = older === null ? (joined.at(-1)?.id ?? newest + 1) : older.next;

  async function more(): Promise<void> {
    if (isLoading || next === null) return;
    setLoading(true);
    setProblem('');
    const { signal } = leaving.current;
    try {
      const page = await getEvents(`${query}&before=${next}`, signal);
      const known = older === null ? joined.filter(isWanted) : events;
      setLoaded(withOlder(known, older, page, newest));
    } catch (error) {
      if (signal.aborted) return;
      setProblem(problemOf(error));
    }
    setLoading(false);
  }

  return {
    events,
    state: isLoading ? 'loading' : next === null ? 'end' : 'more',
    problem,
    isCut: older?.isCut === true,
    more,
    toLatest: () => setLoaded(null),
  };
}
