import { isDone, nodeOf, type RunState } from './state.ts';
import type { NodeId } from './workflow.ts';

/**
 * The nodes that are not done and that a target waits for. The others never run: what feeds no output, what feeds
 * only nodes that were cached, and the branch that a switch did not take.
 */
export function neededNodes(state: RunState): ReadonlySet<NodeId> {
  const needed = new Set<NodeId>();
  const asked = [...state.targets];
  for (let id = asked.pop(); id !== undefined; id = asked.pop()) {
    if (needed.has(id) || isDone(nodeOf(state, id))) continue;
    needed.add(id);
    asked.push(...(state.workflow.get(id)?.needs ?? []));
  }
  return needed;
}
