import type { StudioEvent } from '../../client/message.ts';
import { Asked } from '../components/asked.tsx';
import { getEvents } from '../event-page.ts';
import { duration } from '../format.ts';
import { useAnswer } from '../use-answer.ts';
import { useNow } from '../use-now.ts';
import { type Block, blocksAt } from './blocks.ts';

/** No block lasts longer than 15 minutes, and hardly more addresses than this are blocked at once. */
const getThrottled = (signal: AbortSignal) => getEvents('types=auth.throttled&limit=200', signal);

/** The addresses from which no key is taken just now. `events`: what the stream told since. */
export function ThrottledCard({ events }: { readonly events: readonly StudioEvent[] }) {
  const answer = useAnswer(getThrottled);
  const now = useNow(true);
  return (
    <section class="card" aria-labelledby="throttled-title">
      <h2 id="throttled-title">Throttled addresses</h2>
      <Asked answer={answer}>
        {(page) => <Blocks blocks={blocksAt([...page.events, ...events], now)} now={now} />}
      </Asked>
    </section>
  );
}

function Blocks({ blocks, now }: { readonly blocks: readonly Block[]; readonly now: number }) {
  if (blocks.length === 0)
    return <p class="empty">None. After five wrong keys in a minute an address has to wait.</p>;
  return (
    <ul class="blocks">
      {blocks.map(({ ip, until }) => (
        <li key={ip}>
          <code>{ip}</code>
          <span class="hint">may try again in {duration(Math.ceil((until - now) / 1000))}</span>
        </li>
      ))}
    </ul>
  );
}
