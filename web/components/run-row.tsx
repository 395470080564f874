import type { RunProgress } from '../../client/wire.ts';
import { fullTime, shortId, timeOfDay } from '../format.ts';
import { isOpen } from '../store.ts';
import { CancelButton } from './cancel-button.tsx';
import { Elapsed } from './elapsed.tsx';
import { Outputs } from './outputs.tsx';
import { StatusBadge } from './status-badge.tsx';

interface RunRowProps {
  readonly run: RunProgress;
  /** Its place among those that wait, from 1. */
  readonly position: number | null;
}

/** Where it came from, when that was not this app: somebody else may be at work. */
const ORIGINS: Readonly<Record<RunProgress['started_by'], string>> = {
  studio: '',
  editor: ' · from the graph editor',
  other: ' · straight at ComfyUI',
};

/** One run in the list. */
export function RunRow({ run, position }: RunRowProps) {
  return (
    <li class="run" data-prompt-id={run.prompt_id}>
      <div class="run-line">
        <p>
          <StatusBadge status={run.status} />
          {position !== null && (
            <span class="position">{position === 1 ? 'Next' : `${position}. in line`}</span>
          )}
          <a href={`/history?run=${encodeURIComponent(run.prompt_id)}`} title={run.prompt_id}>
            {run.title === '' ? <code>{shortId(run.prompt_id)}</code> : run.title}
          </a>
          <span class="hint">
            <time dateTime={run.queued_at} title={fullTime(run.queued_at)}>
              {timeOfDay(run.queued_at)}
            </time>
            {run.started_at !== null && (
              <>
                {' · '}
                <Elapsed run={run} />
              </>
            )}
            {ORIGINS[run.started_by]}
          </span>
        </p>
        {isOpen(run.status) && <CancelButton promptId={run.prompt_id} isSmall />}
      </div>
      {run.status === 'running' && (
        <p class="run-percent">
          <progress max="100" value={run.percent} aria-label={`Progress of run ${shortId(run.prompt_id)}`} />
          <span>{run.percent}%</span>
        </p>
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
