import type { Graph, GraphNode } from './graph.ts';

/** What a sampler is told by a text: to paint it, or to keep away from it. */
export type Role = 'positive' | 'negative';

/** This makes its input mean nothing, so what is behind it has no part in it. */
const NULLIFIES = /ZeroOut/i;

/** Here the text is; behind it are its model and its words' sources. */
export const TEXT_ENCODE = /text.?encode/i;

/** Which nodes feed the `positive` and which the `negative` inputs of the graph, by node id; one that feeds both is in neither. */
export function rolesOf(graph: Graph): ReadonlyMap<string, Role> {
  const positive = upstreamOf(graph, 'positive');
  const negative = upstreamOf(graph, 'negative');
  const roles = new Map<string, Role>();
  for (const id of positive) if (!negative.has(id)) roles.set(id, 'positive');
  for (const id of negative) if (!positive.has(id)) roles.set(id, 'negative');
  return roles;
}

function upstreamOf(graph: Graph, role: Role): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [...graph.values()].flatMap((node) => linkedNodes(node, rootInputs(node, role)));
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const node = graph.get(id);
    if (node === undefined || seen.has(id) || NULLIFIES.test(node.type)) continue;
    seen.add(id);
    if (!TEXT_ENCODE.test(node.type)) open.push(...linkedNodes(node, inputsAbove(node, role)));
  }
  return seen;
}

/** A guider that knows no negative is told by `conditioning` what to paint. */
function rootInputs(node: GraphNode, role: Role): readonly string[] {
  return role === 'positive' && /Guider$/.test(node.type) ? ['positive', 'conditioning'] : [role];
}

/** A node that has both, such as ControlNetApplyAdvanced, hands each on by itself. */
function inputsAbove(node: GraphNode, role: Role): readonly string[] {
  return node.inputs.has('positive') && node.inputs.has('negative') ? [role] : [...node.inputs.keys()];
}

function linkedNodes(node: GraphNode, inputs: readonly string[]): string[] {
  return inputs.flatMap((name) => {
    const input = node.inputs.get(name);
    return input?.kind === 'link' ? [input.node] : [];
  });
}
