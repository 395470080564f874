import type { NodeTiming } from './run.ts';
import { isOver, type Milliseconds, type NodeState, type RunState } from './state.ts';
import type { NodeId } from './workflow.ts';

/**
 * How long each node of the workflow took, by when its frames came; those of which nothing was heard are left out. Of a run
 * of which frames were missed, what happened meanwhile is told without its times: they are not known.
 */
export function timingsOf(run: RunState): readonly NodeTiming[] {
  const timings: NodeTiming[] = [];
  for (const [id, node] of run.nodes) {
    const isPart = run.workflow.size > 0 && !run.workflow.has(id);
    if (!isPart && isKnown(node)) timings.push(timingOf(run, id, node));
  }
  return timings;
}

function isKnown({ phase, startedAt }: NodeState): boolean {
  return phase !== 'pending' || startedAt !== null;
}

function timingOf(run: RunState, node_id: NodeId, node: NodeState): NodeTiming {
  const state = stateOf(run, node);
  if (state === 'cached') return { node_id, state, started_at: null, seconds: null };
  const { startedAt } = node;
  const endedAt = node.endedAt ?? endWithRun(run, node);
  return {
    node_id,
    state,
    started_at: startedAt === null ? null : new Date(startedAt).toISOString(),
    // A clock that was set back tells no duration.
    seconds:
      startedAt === null || endedAt === null || endedAt < startedAt ? null : (endedAt - startedAt) / 1000,
  };
}

function stateOf({ status }: RunState, { phase, endedAt }: NodeState): NodeTiming['state'] {
  if (phase === 'cached' || phase === 'failed' || phase === 'finished') return phase;
  // An earlier process saw it finish.
  if (endedAt !== null || status === 'completed') return 'finished';
  return isOver(status) ? 'stopped' : 'running';
}

/** What ran when the run ended, ended with it, if it was seen to run until then. */
function endWithRun(run: RunState, { phase }: NodeState): Milliseconds | null {
  const isSeen = phase === 'running' && !run.behind && run.status !== 'stalled';
  return isSeen ? run.endedAt : null;
}
