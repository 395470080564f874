import type { RunProgress } from '../../core/runs/run.ts';
import { duration, rate, shortId } from '../format.ts';
import { isOpen } from '../store.ts';
import { CancelButton } from './cancel-button.tsx';
import { Elapsed } from './elapsed.tsx';
import { Preview } from './preview.tsx';
import { StatusBadge } from './status-badge.tsx';

interface LiveRunProps {
  readonly run: RunProgress | null;
  readonly preview: Blob | null;
}

/** The run in view, large. */
export function LiveRun({ run, preview }: LiveRunProps) {
  return (
    <section class="card live" aria-labelledby="live-title">
      <Preview image={preview} hint={run === null ? 'Previews appear here' : hintFor(run)} />
      <div class="live-facts">{run === null ? <Nothing /> : <Facts run={run} />}</div>
    </section>
  );
}

function Nothing() {
  return (
    <>
      <h2 id="live-title">Nothing is running</h2>
      <p class="hint">Bring a workflow and press Run. You can watch it take shape here, step by step.</p>
    </>
  );
}

function Facts({ run }: { readonly run: RunProgress }) {
  return (
    <>
      <p class="live-status">
        <StatusBadge status={run.status} />
        <span class="hint">Run {shortId(run.prompt_id)}</span>
      </p>
      <h2 id="live-title">{titleOf(run)}</h2>
      <p class="live-step hint">{stepOf(run)}</p>
      <p class="live-percent">
        <progress max="100" value={run.percent} aria-label="Progress of the run" />
        <output>{run.percent}%</output>
      </p>
      <dl class="live-numbers">
        <Fact
          name="Time left"
          value={run.eta_seconds === null || !isOpen(run.status) ? null : duration(run.eta_seconds)}
        />
        <Fact name="Speed" value={run.step_rate === null ? null : rate(run.step_rate)} />
        <Fact name="Elapsed" value={<Elapsed run={run} />} />
        <Fact name="Nodes" value={`${run.nodes_done} of ${run.total_nodes}`} />
      </dl>
      {isOpen(run.status) && <CancelButton key={run.prompt_id} promptId={run.prompt_id} />}
      {run.error !== null && <p class="error">{run.error.message}</p>}
    </>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value ?? '–'}</dd>
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
      return 'Completed';
    case 'error':
      return run.node_title === null ? 'It failed' : `It failed at ${run.node_title}`;
    case 'cancelled':
      return 'Cancelled';
    case 'stalled':
      return 'ComfyUI lost this run';
  }
}

function stepOf(run: RunProgress): string {
  if (run.status === 'running' && run.total_steps > 0) return `Step ${run.step} of ${run.total_steps}`;
  return run.cached_count > 0 ? `${run.cached_count} of ${run.total_nodes} nodes came from the cache` : '';
}

function hintFor(run: RunProgress): string {
  return isOpen(run.status) ? 'No preview yet' : 'This run showed no preview';
}
