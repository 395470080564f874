import type { RunProgress } from '../../client/wire.ts';
import { sortRuns } from '../queue-order.ts';
import { useQueueOrder } from '../use-queue-order.ts';
import { RunRow } from './run-row.tsx';

/** So many that are over are listed here; the history has them all. */
const LATEST = 8;

interface RunListProps {
  readonly runs: readonly RunProgress[];
  /** Whether the list is Studio's, so that an empty one means that there are none. */
  readonly isConnected: boolean;
}

/** The queue, and the runs that were over last. */
export function RunList({ runs, isConnected }: RunListProps) {
  const { open, over, positions } = sortRuns(runs, useQueueOrder(runs, isConnected));
  return (
    <section class="card runs" aria-labelledby="runs-title">
      <h2 id="runs-title">Queue</h2>
      {open.length === 0 ? (
        <p class="empty">{isConnected ? 'Nothing runs or waits.' : 'The list comes with the connection.'}</p>
      ) : (
        <ul aria-labelledby="runs-title">
          {open.map((run) => (
            <RunRow key={run.prompt_id} run={run} position={positions.get(run.prompt_id) ?? null} />
          ))}
        </ul>
      )}
      <div class="runs-over">
        <h2 id="over-title">Latest runs</h2>
        <a href="/history">All runs</a>
      </div>
      {over.length === 0 ? (
        <p class="empty">
          {isConnected &&
            'None yet. Those started here and those started in the graph editor will be listed.'}
        </p>
      ) : (
        <ul aria-labelledby="over-title">
          {over.slice(0, LATEST).map((run) => (
            <RunRow key={run.prompt_id} run={run} position={null} />
          ))}
        </ul>
      )}
    </section>
  );
}
