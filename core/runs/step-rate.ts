import { neededNodes } from './needed.ts';
import { type Milliseconds, nodeOf, type RunState, type StepTimes } from './state.ts';
import type { NodeId } from './workflow.ts';

/** How many steps back the step rate looks. */
const WINDOW = 10;

/** Steps that arrive in one burst, after a stall on the way, say nothing about how long a step takes. */
const SHORTEST_SPAN_MS = 20;

/** Beyond a week it is no estimate any more. */
const LONGEST_ETA_S = 7 * 24 * 3600;

/** `times` with one more report. Another node, or a step back (a node may sample twice), starts anew. */
export function withStep(times: StepTimes | null, node: NodeId, step: number, at: Milliseconds): StepTimes {
  const earlier = times?.node === node ? times.reports : [];
  const last = earlier.at(-1);
  if (times !== null && last?.step === step) return times;
  if (last === undefined || step < last.step) return { node, reports: [{ step, at }] };
  return { node, reports: [...earlier.slice(-WINDOW), { step, at }] };
}

/** Steps per second over the last 10 steps of the node that executes; null before its second step. */
export function stepRate(state: RunState): number | null {
  const times = state.stepTimes;
  const first = times?.reports[0];
  const last = times?.reports.at(-1);
  if (times?.node !== state.executing || first === undefined || last === undefined) return null;
  const span = last.at - first.at;
  return span >= SHORTEST_SPAN_MS ? ((last.step - first.step) * 1000) / span : null;
}

/** How long the steps that are left take at `rate`; null when nobody knows: what takes no steps takes no known time. */
export function etaSeconds(state: RunState, rate: number | null): number | null {
  const left = rate === null ? null : stepsLeft(state);
  if (rate === null || left === null || left === 0) return null;
  const seconds = left / rate;
  return seconds <= LONGEST_ETA_S ? seconds : null;
}

/**
 * The steps that are left of the node that executes and, if it is one that promised them, of the others that did.
 * Null when others promise steps of another kind: bytes of a download tell nothing about a sampler.
 */
function stepsLeft(state: RunState): number | null {
  if (state.executing === null) return null;
  const node = nodeOf(state, state.executing);
  const own = node.steps ? node.max - node.value : 0;
  const others = promisedElsewhere(state);
  const isPromised = (state.workflow.get(state.shown ?? '')?.promisedSteps ?? 0) > 0;
  return others > 0 && !isPromised ? null : own + others;
}

function promisedElsewhere(state: RunState): number {
  let left = 0;
  for (const id of neededNodes(state)) {
    if (id === state.executing || id === state.shown) continue;
    const node = nodeOf(state, id);
    const promised = state.workflow.get(id)?.promisedSteps ?? 0;
    if (promised > 0) left += node.steps ? node.max - node.value : promised;
  }
  return left;
}
