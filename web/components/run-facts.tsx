import type { ComponentChildren } from 'preact';
import type { RunProgress } from '../../client/wire.ts';
import { counted, duration, rate, secondsBetween, shortId } from '../format.ts';
import { isOpen } from '../store.ts';
import { CancelButton } from './cancel-button.tsx';
import { Elapsed } from './elapsed.tsx';
import { Outputs } from './outputs.tsx';
import { StatusBadge } from './status-badge.tsx';

/** How far the run in view is, and how it ended. */
export function RunFacts({ run }: { readonly run: RunProgress }) {
  return (
    <div class="live-facts">
      <p class="live-status">
        <StatusBadge status={run.status} />
        <a class="hint" href={`/history?run=${encodeURIComponent(run.prompt_id)}`} title={run.prompt_id}>
          {run.title === '' ? `Run ${shortId(run.prompt_id)}` : run.title}
        </a>
      </p>
      <h2 id="live-title">{titleOf(run)}</h2>
      <p class="live-step hint">{stepOf(run)}</p>
      <p class="live-percent">
        <progress max="100" value={run.percent} aria-label="Progress of the run" />
        <output>{run.percent}%</output>
      </p>
      {isOpen(run.status) ? (
        <>
          <dl class="live-numbers">
            <Fact name="Time left">{run.eta_seconds === null ? '–' : duration(run.eta_seconds)}</Fact>
            <Fact name="Speed">{run.step_rate === null ? '–' : rate(run.step_rate)}</Fact>
            <Fact name="Elapsed">
              <Elapsed run={run} />
            </Fact>
            <Fact name="Nodes done">
              {run.nodes_done} of {run.total_nodes}
            </Fact>
          </dl>
          <CancelButton key={run.prompt_id} promptId={run.prompt_id} />
        </>
      ) : (
        <>
          <Outputs outputs={Object.values(run.node_outputs)} />
          {run.error !== null && <p class="error">{run.error.message}</p>}
        </>
      )}
    </div>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function titleOf(run: RunProgress): string {
  switch (run.status) {
    case 'queued':
      return 'Waiting for its turn';
    case 'running':
      return run.node_title ?? 'Starting';
    case 'completed':
      return `Done${inTime(run)}`;
    case 'error':
      return run.node_title === null ? 'It could not go on' : `It broke off at ${run.node_title}`;
    case 'cancelled':
      return run.started_at === null ? 'Taken out of the queue' : `Stopped${inTime(run, 'after')}`;
    case 'stalled':
      return 'ComfyUI does not know it any more';
  }
}

function inTime({ started_at, ended_at }: RunProgress, preposition = 'in'): string {
  if (started_at === null || ended_at === null) return '';
  return ` ${preposition} ${duration(secondsBetween(started_at, ended_at))}`;
}

function stepOf(run: RunProgress): string {
  if (run.status === 'running' && run.total_steps > 0) return `Step ${run.step} of ${run.total_steps}`;
  if (run.cached_count > 0 && run.status !== 'queued') {
    return `${run.cached_count} of ${counted(run.total_nodes, 'node')} came from the cache`;
  }
  return '';
}
