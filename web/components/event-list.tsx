import type { StudioEvent } from '../../client/message.ts';
import { fullTime, timeOfDay } from '../format.ts';

/** The latest events, newest first. */
export function EventList({ events }: { readonly events: readonly StudioEvent[] }) {
  return (
    <section class="card events" aria-labelledby="events-title">
      <h2 id="events-title">Recent events</h2>
      {events.length === 0 ? (
        <p class="empty">Nothing has happened yet.</p>
      ) : (
        <ol>
          {events.map((event) => (
            <li key={event.id} class={`is-${event.severity}`}>
              <time dateTime={event.timestamp} title={fullTime(event.timestamp)}>
                {timeOfDay(event.timestamp)}
              </time>
              <span>{event.message}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
