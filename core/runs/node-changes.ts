import type { NodeProgress } from './messages.ts';
import { fitting, MOST_OUTPUT, mergeItems, sizeOfOutputs } from './outputs.ts';
import type { OutputItem } from './run.ts';
import { isDone, type NodeState, PENDING, type RunState } from './state.ts';
import type { NodeId } from './workflow.ts';

/** A node that expands without end shall not fill the memory. */
const MOST_NODES_SEEN = 20_000;

export type NodeReport = Pick<NodeProgress, 'node' | 'state' | 'value' | 'max'>;
export type NodeChange = readonly [NodeId, Partial<NodeState>];

/** What a report says of its node, and of the one it is shown as. */
export function changesOf(report: NodeReport, shown: NodeId): NodeChange[] {
  if (report.state === 'pending') return [];
  const max = Math.max(report.max, 1);
  const value = Math.min(report.value, max);
  // Other nodes tell 0/1, and then 1/1 when they are finished: no step. 15/15 is one whose steps were missed.
  const steps = max > 1 || (value > 0 && report.state === 'running');
  const changes: NodeChange[] = [
    [report.node, { phase: PHASES[report.state], value, max, ...(steps && { steps }) }],
  ];
  // An expanded node's steps make its parent one that is not instant.
  if (steps && shown !== report.node) changes.unshift([shown, { steps }]);
  return changes;
}

const PHASES = { running: 'running', finished: 'finished', error: 'failed' } as const;

/** `state` with these changes made; the same object when they change nothing. A node that is done stays so. */
export function withNodes(state: RunState, changes: readonly NodeChange[]): RunState {
  let nodes: Map<NodeId, NodeState> | null = null;
  for (const [id, change] of changes) {
    const before = (nodes ?? state.nodes).get(id);
    const after = changed(before ?? PENDING, change);
    if (after === null || (before === undefined && (nodes ?? state.nodes).size >= MOST_NODES_SEEN)) continue;
    nodes ??= new Map(state.nodes);
    nodes.set(id, after);
  }
  return nodes === null ? state : { ...state, nodes };
}

function changed(before: NodeState, change: Partial<NodeState>): NodeState | null {
  if (isDone(before)) return null;
  const after = { ...before, ...change };
  const same =
    after.phase === before.phase &&
    after.value === before.value &&
    after.max === before.max &&
    after.steps === before.steps;
  return same ? null : after;
}

export function withCached(state: RunState, cached: readonly NodeId[]): RunState {
  return withNodes(
    state,
    cached.map((id) => [id, { phase: 'cached' }]),
  );
}

/** `state` with these outputs of the node that is shown; each file once, however often it is told. */
export function withOutput(state: RunState, shown: NodeId, items: readonly OutputItem[]): RunState {
  const known = state.outputs.get(shown) ?? [];
  const room = MOST_OUTPUT - sizeOfOutputs(state.outputs.values());
  const merged = mergeItems(known, fitting(items, room));
  return merged === known ? state : { ...state, outputs: new Map(state.outputs).set(shown, merged) };
}
