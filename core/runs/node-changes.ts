import type { NodeProgress } from './messages.ts';
import { fitting, MOST_OUTPUT, mergeItems, sizeOfOutputs } from './outputs.ts';
import type { OutputItem } from './run.ts';
import { isDone, type Milliseconds, type NodeState, PENDING, type RunState } from './state.ts';
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

/** `state` with these changes made, as seen `now`; the same object when they change nothing. A node that is done stays so. */
export function withNodes(state: RunState, changes: readonly NodeChange[], now: Milliseconds): RunState {
  let nodes: Map<NodeId, NodeState> | null = null;
  for (const [id, change] of changes) {
    const before = (nodes ?? state.nodes).get(id);
    const after = changed(before ?? PENDING, change, state.behind ? null : now);
    if (after === null || (before === undefined && (nodes ?? state.nodes).size >= MOST_NODES_SEEN)) continue;
    nodes ??= new Map(state.nodes);
    nodes.set(id, after);
  }
  return nodes === null ? state : { ...state, nodes };
}

/** `seenAt`: when it happened, if it was seen to. */
function changed(
  before: NodeState,
  change: Partial<NodeState>,
  seenAt: Milliseconds | null,
): NodeState | null {
  if (isDone(before)) return null;
  const after = timed({ ...before, ...change }, before, seenAt);
  const same =
    after.phase === before.phase &&
    after.value === before.value &&
    after.max === before.max &&
    after.steps === before.steps;
  return same ? null : after;
}

/** When a node begins and ends, by its phases; what is known of that stays. */
function timed(after: NodeState, before: NodeState, seenAt: Milliseconds | null): NodeState {
  if (after.phase === before.phase) return after;
  if (after.phase === 'running') return { ...after, startedAt: before.startedAt ?? seenAt };
  if (after.phase === 'cached') return after;
  return { ...after, endedAt: before.endedAt ?? seenAt };
}

export function withCached(state: RunState, cached: readonly NodeId[], now: Milliseconds): RunState {
  return withNodes(
    state,
    cached.map((id) => [id, { phase: 'cached' }]),
    now,
  );
}

/** `state` with these outputs of the node that is shown; each file once, however often it is told. */
export function withOutput(state: RunState, shown: NodeId, items: readonly OutputItem[]): RunState {
  const known = state.outputs.get(shown) ?? [];
  const room = MOST_OUTPUT - sizeOfOutputs(state.outputs.values());
  const merged = mergeItems(known, fitting(items, room));
  return merged === known ? state : { ...state, outputs: new Map(state.outputs).set(shown, merged) };
}
