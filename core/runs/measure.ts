import type { NodeState, RunState, StepTimes } from './state.ts';
import type { NodeId } from './workflow.ts';

/** How many steps back the step rate looks. */
const WINDOW = 10;

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
 * How far the run is, 0 to 99. The work of a node is its steps: those it reports, or those its `steps` input promises,
 * or 1; at most 100. Cached and instant nodes weigh nothing, so that thirty text boxes do not outweigh one sampler. Where nothing
 * steps, nor promises to, instant nodes weigh 1 each; or such a run would stand at 0 until it is over.
 */
export function percentOf(state: RunState): number {
  const instantWork = anythingSteps(state) ? 0 : 1;
  let done = 0;
  let total = 0;
  for (const [id, node] of state.nodes) {
    if (node.phase === 'cached') continue;
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
  return total === 0 ? 0 : Math.min(99, Math.floor((100 * done) / total));
}

/** Steps that are left, as far as they are known or promised. */
export function stepsLeft(state: RunState): number {
  let left = 0;
  for (const [id, node] of state.nodes) {
    if (node.phase !== 'pending' && node.phase !== 'running') continue;
    left += node.steps ? node.max - stepsDone(node) : (state.workflow.get(id)?.promisedSteps ?? 0);
  }
  return left;
}

/** Steps per second over the last 10 steps of the node that executes; null before its second step. */
export function stepRate(state: RunState): number | null {
  const times = state.stepTimes;
  const first = times?.reports[0];
  const last = times?.reports.at(-1);
  if (times?.node !== state.executing || first === undefined || last === undefined) return null;
  const seconds = (last.at - first.at) / 1000;
  return seconds > 0 ? (last.step - first.step) / seconds : null;
}

/** `times` with one more report. Another node, or a step back (a node may sample twice), starts anew. */
export function withStep(times: StepTimes | null, node: NodeId, step: number, at: number): StepTimes {
  const earlier = times?.node === node ? times.reports : [];
  const last = earlier.at(-1);
  if (times !== null && last?.step === step) return times;
  if (last === undefined || step < last.step) return { node, reports: [{ step, at }] };
  return { node, reports: [...earlier.slice(-WINDOW), { step, at }] };
}

/** A node that came into being while the run ran. Of a run whose prompt is not known, no node is. */
export function isExpanded(state: RunState, id: NodeId): boolean {
  return state.workflow.size > 0 && !state.workflow.has(id);
}

function anythingSteps(state: RunState): boolean {
  for (const node of state.workflow.values()) if (node.promisedSteps > 0) return true;
  for (const node of state.nodes.values()) if (node.steps) return true;
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
