import { useMemo } from 'preact/hooks';
import type { HistoryEntry } from '../../client/history-calls.ts';
import { counted } from '../format.ts';
import { type NodeBar, nodeBars } from './node-bars.ts';

/** So many are shown at once: in a big workflow most nodes take no time worth a look. */
const FIRST = 8;

/** Where the time of a run went, node by node. The bars are decoration: all that they say is in the words beside. */
export function NodeTimings({ timings, prompt }: Pick<HistoryEntry, 'timings' | 'prompt'>) {
  const bars = useMemo(() => nodeBars(timings, prompt), [timings, prompt]);
  if (bars.length === 0) return null;
  const rest = bars.slice(FIRST);
  return (
    <section class="node-timings" aria-labelledby="node-timings">
      <h3 id="node-timings">Time by node</h3>
      <Bars bars={bars.slice(0, FIRST)} />
      {rest.length > 0 && (
        <details>
          <summary>{counted(rest.length, 'more node')}</summary>
          <Bars bars={rest} />
        </details>
      )}
    </section>
  );
}

function Bars({ bars }: { readonly bars: readonly NodeBar[] }) {
  return (
    <ol>
      {bars.map(({ id, name, type, time, isFailed, share }) => (
        <li key={id} class={isFailed ? 'is-failed' : undefined}>
          <span>
            {name} {type !== null && <span class="hint">{type}</span>}
          </span>
          <span class={share === null ? 'hint' : 'time'}>{time}</span>
          {share !== null && (
            <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
              {/* A sliver at the least, so that it is seen to have a time. */}
              <rect width={Math.max(share * 100, 0.5)} height="1" />
            </svg>
          )}
        </li>
      ))}
    </ol>
  );
}
