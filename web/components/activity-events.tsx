import type { StudioEvent } from '../../client/message.ts';
import { type ActivityFilter, isWanted, queryOf } from '../activity.ts';
import { counted } from '../format.ts';
import { useOlder } from '../use-older.ts';
import { ActivityList } from './activity-list.tsx';
import { LatestButton, OlderButton } from './older-button.tsx';

interface ActivityEventsProps {
  /** Newest first. */
  readonly events: readonly StudioEvent[];
  readonly filter: ActivityFilter;
  readonly seen: number;
}

/** The events that fit, and those before them when they are asked for. */
export function ActivityEvents({ events, filter, seen }: ActivityEventsProps) {
  const older = useOlder({
    live: events,
    isWanted: (event) => isWanted(filter, event),
    query: queryOf(filter),
  });
  const count = older.events.length;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section class="activity-scroll" tabIndex={0} aria-label={counted(count, 'event')}>
      <LatestButton older={older} />
      {count > 0 ? (
        <ActivityList events={older.events} seen={seen} />
      ) : (
        <p class="empty">{events.length === 0 ? 'Nothing has happened yet.' : 'Nothing of that kind.'}</p>
      )}
      {events.length > 0 && <OlderButton older={older} />}
    </section>
  );
}
