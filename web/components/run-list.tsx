import type { RunProgress } from '../../client/wire.ts';
import { RunRow } from './run-row.tsx';

interface RunListProps {
  readonly runs: readonly RunProgress[];
  /** Whether the list is Studio's, so that an empty one means that there are none. */
  readonly isConnected: boolean;
}

/** Every run that Studio knows: running, queued, finished. */
export function RunList({ runs, isConnected }: RunListProps) {
  return (
    <section class="card runs" aria-labelledby="runs-title">
      <h2 id="runs-title">Runs</h2>
      {runs.length === 0 ? (
        <p class="empty">
          {isConnected
            ? 'No runs yet. Those started here and those started in the graph editor will both be listed.'
            : 'The list comes with the connection.'}
        </p>
      ) : (
        <ul>
          {runs.map((run) => (
            <RunRow key={run.prompt_id} run={run} />
          ))}
        </ul>
      )}
    </section>
  );
}
