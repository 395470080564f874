import { useState } from 'preact/hooks';
import type { StudioEvent } from '../../client/message.ts';
import { Asked } from '../components/asked.tsx';
import { LatestButton, OlderButton } from '../components/older-button.tsx';
import { getEvents } from '../event-page.ts';
import { fullTime } from '../format.ts';
import type { EventPage } from '../older-events.ts';
import { useAnswer } from '../use-answer.ts';
import { useOlder } from '../use-older.ts';

const QUERY = 'types=auth.*,admin.*,manager.*,maintenance.*&limit=25';
const AUDITED = /^(?:auth|admin|manager|maintenance)\./;

const getFirst = (signal: AbortSignal) => getEvents(QUERY, signal);

/** Who came in, who tried to, and what was done with the key. `events`: what the stream told since. */
export function AuditCard({ events }: { readonly events: readonly StudioEvent[] }) {
  const answer = useAnswer(getFirst);
  return (
    <section class="card audit" aria-labelledby="audit-title">
      <h2 id="audit-title">Audit trail</h2>
      <Asked answer={answer}>{(first) => <Trail first={first} live={events} />}</Asked>
    </section>
  );
}

interface TrailProps {
  readonly first: EventPage;
  readonly live: readonly StudioEvent[];
}

function Trail({ first, live }: TrailProps) {
  const [loaded] = useState({
    ...first,
    upTo: Math.max(first.events[0]?.id ?? 0, live[0]?.id ?? 0),
    isCut: false,
  });
  const older = useOlder({
    live,
    isWanted: ({ type }) => AUDITED.test(type),
    query: QUERY,
    first: loaded,
  });
  return (
    <>
      <LatestButton older={older} />
      <AuditTable events={older.events} />
      <OlderButton older={older} />
    </>
  );
}

function AuditTable({ events }: { readonly events: readonly StudioEvent[] }) {
  if (events.length === 0) return <p class="empty">Nothing yet.</p>;
  return (
    <table class="audit-table">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Severity</th>
          <th scope="col">What</th>
          <th scope="col">From</th>
        </tr>
      </thead>
      <tbody>
        {events.map(({ id, timestamp, severity, message, data }) => (
          <tr key={id}>
            <td class="when">
              <time dateTime={timestamp}>{fullTime(timestamp)}</time>
            </td>
            <td>
              <span class={`severity is-${severity}`}>{severity}</span>
            </td>
            <td>{message}</td>
            <td class="from">
              {typeof data.ip === 'string' && <code>{data.ip}</code>}
              {typeof data.user_agent === 'string' && <span class="hint">{data.user_agent}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
