import type { StudioEvent } from '../../client/message.ts';
import { fullTime, timeOfDay } from '../format.ts';

interface ActivityListProps {
  readonly events: readonly StudioEvent[];
  /** Those with a greater id are marked as new. */
  readonly seen: number;
}

/** Events with their severity, which the colour alone must not tell, and their time. */
export function ActivityList({ events, seen }: ActivityListProps) {
  return (
    <ol>
      {events.map((event) => (
        <li key={event.id} class={event.id > seen ? 'is-new' : ''}>
          <time dateTime={event.timestamp} title={fullTime(event.timestamp)}>
            {timeOfDay(event.timestamp)}
          </time>
          <span class={`severity is-${event.severity}`}>{event.severity}</span>
          <span class="message">{event.message}</span>
        </li>
      ))}
    </ol>
  );
}
