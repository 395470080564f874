import type { NodeTiming, Prompt, RunProgress } from './run.ts';
import { type NodeState, queuedRun, type RunState } from './state.ts';
import type { NodeId } from './workflow.ts';

/** A run that an earlier process knew, by the last that was written of it. What its nodes did since, ComfyUI's frames tell. */
export function restoredRun(run: RunProgress, prompt: Prompt, timings: readonly NodeTiming[] = []): RunState {
  const origin = { startedBy: run.started_by, title: run.title };
  const queued = queuedRun(run.prompt_id, prompt, Date.parse(run.queued_at), origin);
  return {
    ...queued,
    nodes: withTimings(queued.nodes, timings),
    status: run.status,
    shown: run.node_id,
    percent: run.percent,
    missed: true,
    behind: true,
    previewSeq: run.preview_seq,
    outputs: new Map(Object.entries(run.node_outputs).map(([id, { items }]) => [id, items])),
    error: run.error,
    startedAt: run.started_at === null ? null : Date.parse(run.started_at),
    endedAt: run.ended_at === null ? null : Date.parse(run.ended_at),
  };
}

/** `nodes` with what an earlier process saw of their times. What became of them since, ComfyUI's frames tell. */
function withTimings(
  nodes: ReadonlyMap<NodeId, NodeState>,
  timings: readonly NodeTiming[],
): ReadonlyMap<NodeId, NodeState> {
  const timed = new Map(nodes);
  for (const { node_id, started_at, seconds } of timings) {
    const node = timed.get(node_id);
    if (node === undefined || started_at === null) continue;
    const startedAt = Date.parse(started_at);
    const endedAt = seconds === null ? null : startedAt + Math.round(seconds * 1000);
    timed.set(node_id, { ...node, startedAt, endedAt });
  }
  return timed;
}
