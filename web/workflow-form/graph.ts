import { textOf } from '../../client/json.ts';
import { membersOf } from '../../client/json-text.ts';

/** A value that stands in the workflow's text between `start` and `end`. */
export interface Literal {
  readonly kind: 'literal';
  /** Its JSON: numbers with all their digits. */
  readonly raw: string;
  readonly start: number;
  readonly end: number;
}

/** An input that another node's output feeds. */
export interface Link {
  readonly kind: 'link';
  readonly node: string;
}

export interface GraphNode {
  readonly id: string;
  readonly type: string;
  readonly title: string;
  readonly inputs: ReadonlyMap<string, Literal | Link>;
}

/** Nodes by their ids, in the order of the text. */
export type Graph = ReadonlyMap<string, GraphNode>;

/** The workflow in API format that begins at `at` in a text that is known to hold one. */
export function readGraph(text: string, at = 0): Graph {
  const graph = new Map<string, GraphNode>();
  for (const { name, start } of membersOf(text, at)) graph.set(name, readNode(text, name, start));
  return graph;
}

function readNode(text: string, id: string, at: number): GraphNode {
  const members = new Map(membersOf(text, at).map((member) => [member.name, member]));
  const stringIn = (name: string, from: ReadonlyMap<string, { start: number; end: number }>) => {
    const member = from.get(name);
    return member === undefined ? null : textOf(JSON.parse(text.slice(member.start, member.end)));
  };
  const type = stringIn('class_type', members) ?? '';
  const meta = members.get('_meta');
  const titles = new Map(meta && membersOf(text, meta.start).map((member) => [member.name, member]));
  const inputs = new Map<string, Literal | Link>();
  const inputsAt = members.get('inputs')?.start;
  for (const { name, start, end } of inputsAt === undefined ? [] : membersOf(text, inputsAt)) {
    const raw = text.slice(start, end);
    inputs.set(name, linkOf(raw) ?? { kind: 'literal', raw, start, end });
  }
  return { id, type, title: stringIn('title', titles) || type, inputs };
}

/** `["4", 0]`: the first output of node 4. */
function linkOf(raw: string): Link | null {
  if (!raw.startsWith('[') || raw.length > LONGEST_LINK) return null;
  const value: unknown = JSON.parse(raw);
  if (!Array.isArray(value) || value.length !== 2 || !Number.isInteger(value[1])) return null;
  const [node] = value;
  return typeof node === 'string' || typeof node === 'number' ? { kind: 'link', node: String(node) } : null;
}

const LONGEST_LINK = 300;
