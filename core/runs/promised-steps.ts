import type { Prompt } from './run.ts';
import type { NodeId } from './workflow.ts';

const MOST_STEPS = 10_000;

/** How many nodes a schedule may pass through on its way from its maker to the sampler. */
const LONGEST_CHAIN = 10;

/**
 * How many steps each node is going to report, as far as its prompt tells; nodes that promise none are left out.
 * A KSampler says it itself, in `steps`. SamplerCustom takes `sigmas`, and the node that makes them has the `steps`:
 * that one is instant, so its promise counts for the node that samples by it.
 */
export function promisedSteps(prompt: Prompt): ReadonlyMap<NodeId, number> {
  const makers = new Set<NodeId>();
  for (const id of Object.keys(prompt)) {
    const sigmas = linkIn(prompt, id, 'sigmas');
    if (sigmas !== null) makers.add(sigmas.from);
  }
  const promises = new Map<NodeId, number>();
  for (const id of Object.keys(prompt)) {
    if (makers.has(id)) continue;
    const sigmas = linkIn(prompt, id, 'sigmas');
    const steps = sigmas === null ? ownSteps(prompt, id) : stepsOfSigmas(prompt, sigmas, LONGEST_CHAIN);
    if (steps >= 1) promises.set(id, Math.min(Math.floor(steps), MOST_STEPS));
  }
  return promises;
}

interface Link {
  readonly from: NodeId;
  readonly output: number;
}

/** The node's own `steps`; KSamplerAdvanced samples only a part of them. */
function ownSteps(prompt: Prompt, id: NodeId): number {
  const steps = numberIn(prompt, id, 'steps') ?? 0;
  const first = numberIn(prompt, id, 'start_at_step') ?? 0;
  const end = numberIn(prompt, id, 'end_at_step') ?? steps;
  return Math.min(end, steps) - first;
}

/** Follows a schedule to the node that makes it. SplitSigmas, on the way, gives the first part or the second. */
function stepsOfSigmas(prompt: Prompt, { from, output }: Link, hops: number): number {
  const sigmas = linkIn(prompt, from, 'sigmas');
  if (sigmas === null || hops === 0) return ownSteps(prompt, from);
  const steps = stepsOfSigmas(prompt, sigmas, hops - 1);
  const split = numberIn(prompt, from, 'step');
  if (split === null) return steps;
  return output === 0 ? Math.min(split, steps) : steps - split;
}

/** A number that stands in the prompt, or in the `value` of the primitive node that is linked there. */
function numberIn(prompt: Prompt, id: NodeId, input: string): number | null {
  const link = linkIn(prompt, id, input);
  const value = link === null ? inputOf(prompt, id, input) : inputOf(prompt, link.from, 'value');
  return typeof value === 'number' && value >= 0 ? value : null;
}

function linkIn(prompt: Prompt, id: NodeId, input: string): Link | null {
  return asLink(prompt, inputOf(prompt, id, input));
}

/** A link to another node of the prompt: `[node id, output index]`. */
export function asLink(prompt: Prompt, value: unknown): Link | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [from, output]: readonly unknown[] = value;
  const isLink = typeof from === 'string' && typeof output === 'number' && Object.hasOwn(prompt, from);
  return isLink ? { from, output } : null;
}

function inputOf(prompt: Prompt, id: NodeId, input: string): unknown {
  const inputs = prompt[id]?.inputs;
  return inputs !== undefined && Object.hasOwn(inputs, input) ? inputs[input] : undefined;
}
