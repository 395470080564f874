import { countNodes, shownPercent } from './measure.ts';
import type { NodeOutput, OutputItem, RunProgress } from './run.ts';
import { type Milliseconds, nodeOf, type RunState } from './state.ts';
import { etaSeconds, stepRate } from './step-rate.ts';
import type { NodeId } from './workflow.ts';

/** What viewers see of a run. */
export function toProgress(state: RunState): RunProgress {
  const counts = countNodes(state);
  const shown = state.shown === null ? undefined : state.workflow.get(state.shown);
  const executing = state.executing === null ? null : nodeOf(state, state.executing);
  const steps = executing?.steps === true;
  const rate = stepRate(state);
  const eta = etaSeconds(state, rate);
  return {
    prompt_id: state.id,
    title: state.title,
    started_by: state.startedBy,
    status: state.status,
    node_id: state.shown,
    node_title: shown?.title ?? null,
    node_type: shown?.type ?? null,
    step: steps ? executing.value : 0,
    total_steps: steps ? executing.max : 0,
    // A node that was not needed, or whose end was missed, is no work that is left.
    nodes_done: state.status === 'completed' ? counts.total : counts.done,
    total_nodes: counts.total,
    effective_total: counts.effective,
    cached_count: counts.cached,
    percent: shownPercent(state),
    eta_seconds: eta === null ? null : rounded(eta, 1),
    step_rate: rate === null ? null : rounded(rate, 3),
    preview_seq: state.previewSeq,
    node_outputs: Object.fromEntries(
      [...state.outputs].map(([id, items]) => [id, nodeOutput(state, id, items)]),
    ),
    error: state.error,
    queued_at: iso(state.queuedAt),
    started_at: state.startedAt === null ? null : iso(state.startedAt),
    ended_at: state.endedAt === null ? null : iso(state.endedAt),
  };
}

function nodeOutput(state: RunState, id: NodeId, items: readonly OutputItem[]): NodeOutput {
  const node = state.workflow.get(id);
  return { node_title: node?.title ?? id, node_type: node?.type ?? '', items };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function iso(at: Milliseconds): string {
  return new Date(at).toISOString();
}
