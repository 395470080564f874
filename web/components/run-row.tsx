import type { RunProgress } from '../../core/runs/run.ts';
import { fullTime, shortId, timeOfDay } from '../format.ts';
import { isOpen } from '../store.ts';
import { CancelButton } from './cancel-button.tsx';
import { Elapsed } from './elapsed.tsx';
import { Outputs } from './outputs.tsx';
import { StatusBadge } from './status-badge.tsx';

/** One run in the list. */
export function RunRow({ run }: { readonly run: RunProgress }) {
  return (
    <li class="run" data-prompt-id={run.prompt_id}>
      <div class="run-line">
        <StatusBadge status={run.status} />
        <code title={run.prompt_id}>{shortId(run.prompt_id)}</code>
        <span class="run-times hint">
          <time dateTime={run.queued_at} title={fullTime(run.queued_at)}>
            {timeOfDay(run.queued_at)}
          </time>
          {run.started_at !== null && (
            <>
              {' · '}
              <Elapsed run={run} />
            </>
          )}
          {run.status === 'running' && ` · ${run.percent}%`}
        </span>
        {isOpen(run.status) && <CancelButton promptId={run.prompt_id} isSmall />}
      </div>
      {run.status === 'running' && (
        <progress max="100" value={run.percent} aria-label={`Progress of run ${shortId(run.prompt_id)}`} />
      )}
      <Outputs outputs={Object.values(run.node_outputs)} />
      {run.error !== null && (
        <p class="error">
          {run.error.node_type !== null && <strong>{run.error.node_type}: </strong>}
          {run.error.message}
        </p>
      )}
    </li>
  );
}
