import { neededNodes } from './needed.ts';
import type { NodeState, RunState } from './state.ts';
import type { NodeId } from './workflow.ts';

/** The most that one node weighs, in steps: some report bytes or frames, and would drown the samplers. */
const HEAVIEST = 100;

export interface NodeCounts {
  readonly total: number;
  readonly done: number;
  readonly cached: number;
  /** total less cached and instant nodes. */
  readonly effective: number;
}

/**
 * An instant node is one that finished without ever reporting steps: ComfyUI told 0/1 and then 1/1, finished, and
 * nothing in between. Until it is finished nobody can know, so it counts as effective for that long.
 */
export function isInstant(node: NodeState): boolean {
  return node.phase === 'finished' && !node.steps;
}

/** Counts the nodes of the workflow. Expanded nodes are part of their parent, and not counted. */
export function countNodes(state: RunState): NodeCounts {
  let total = 0;
  let done = 0;
  let cached = 0;
  let instant = 0;
  for (const [id, node] of state.nodes) {
    if (isExpanded(state, id)) continue;
    total += 1;
    if (node.phase === 'cached') cached += 1;
    if (node.phase === 'cached' || node.phase === 'finished') done += 1;
    if (isInstant(node)) instant += 1;
  }
  return { total, done, cached, effective: total - cached - instant };
}

/**
 * The share of the run's work that is done, 0 to 1, by what is known now. The work of a node is its steps: those it
 * reports, or those it promises, or 1; at most 100. Nodes that are cached, instant or not needed weigh nothing, so
 * that thirty text boxes do not outweigh one sampler. Where nothing steps, nor promises to, instant nodes weigh 1
 * each; or such a run would stand at 0 until it is over.
 */
export function shareDone(state: RunState): number {
  const needed = neededNodes(state);
  const instantWork = anythingSteps(state, needed) ? 0 : 1;
  let done = 0;
  // Of a prompt that is not known, there is always another node to come.
  let total = state.workflow.size === 0 ? 1 : 0;
  for (const [id, node] of state.nodes) {
    if (node.phase === 'cached' || (node.phase === 'pending' && !needed.has(id))) continue;
    if (isInstant(node)) {
      if (isExpanded(state, id)) continue;
      done += instantWork;
      total += instantWork;
    } else {
      const work = workOf(state, id, node);
      done += work * (stepsDone(node) / node.max);
      total += work;
    }
  }
  return total === 0 ? 0 : done / total;
}

/**
 * `state`, whose nodes have changed, with percent brought up to them. Of what is left to 100, percent takes the part
 * that was done of the work that was left. As long as the work is as it was expected, this is the share of it that is
 * done; when more turns up than that, percent neither falls nor waits, but goes on more slowly.
 */
export function withPercent(state: RunState): RunState {
  const share = shareDone(state);
  if (share === state.share) return state;
  const part = Math.max(0, (share - state.share) / (1 - state.share));
  return { ...state, share, percent: Math.min(100, state.percent + (100 - state.percent) * part) };
}

/** percent as viewers see it: whole, and 100 only when the run is completed. */
export function shownPercent(state: RunState): number {
  if (state.status === 'completed') return 100;
  // 47 may come out of many small additions as 46.999999.
  return Math.min(99, Math.floor(state.percent + 1e-6));
}

/** A node that came into being while the run ran. Of a run whose prompt is not known, no node is. */
export function isExpanded(state: RunState, id: NodeId): boolean {
  return state.workflow.size > 0 && !state.workflow.has(id);
}

function anythingSteps(state: RunState, needed: ReadonlySet<NodeId>): boolean {
  for (const [id, node] of state.nodes) {
    if (node.steps && node.phase !== 'cached') return true;
    if (needed.has(id) && (state.workflow.get(id)?.promisedSteps ?? 0) > 0) return true;
  }
  return false;
}

function stepsDone(node: NodeState): number {
  if (!node.steps) return 0;
  return node.phase === 'finished' ? node.max : node.value;
}

function workOf(state: RunState, id: NodeId, node: NodeState): number {
  if (node.steps) return Math.min(node.max, HEAVIEST);
  if (isExpanded(state, id)) return 0;
  return Math.min(Math.max(state.workflow.get(id)?.promisedSteps ?? 0, 1), HEAVIEST);
}
