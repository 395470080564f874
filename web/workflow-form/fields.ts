import { textOf } from '../../client/json.ts';
import type { Graph, GraphNode, Literal } from './graph.ts';
import { type Role, rolesOf, TEXT_ENCODE } from './roles.ts';

export type FieldKind = 'text' | 'image' | 'seed' | 'integer' | 'number' | 'word';

/** An input of a workflow that people change from run to run, and where it stands in the workflow's text. */
export interface Field {
  /** Unique in its workflow. */
  readonly key: string;
  readonly node: string;
  readonly type: string;
  readonly input: string;
  readonly kind: FieldKind;
  readonly label: string;
  /** A text as it reads; a number in its own digits. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** So many inputs are a form; more are a programme. */
const MOST_FIELDS = 80;

/** What a setting is called and what it takes, in the order of the form. */
const SETTINGS: Readonly<Record<string, readonly [label: string, kind: FieldKind]>> = {
  seed: ['Seed', 'seed'],
  noise_seed: ['Seed', 'seed'],
  steps: ['Steps', 'integer'],
  cfg: ['CFG', 'number'],
  guidance: ['Guidance', 'number'],
  width: ['Width', 'integer'],
  height: ['Height', 'integer'],
  length: ['Frames', 'integer'],
  batch_size: ['Batch', 'integer'],
  denoise: ['Denoise', 'number'],
  sampler_name: ['Sampler', 'word'],
  scheduler: ['Scheduler', 'word'],
  ckpt_name: ['Model', 'word'],
  unet_name: ['Model', 'word'],
};
const SETTING_ORDER = Object.keys(SETTINGS);

const ENCODED = new Set(['text', 'text_g', 'text_l', 'clip_g', 'clip_l', 't5xxl', 'tags', 'lyrics']);
const PROMPT = /^(prompt|((positive|negative)(_prompt)?))$/;
const ROLE_LABELS = { positive: 'Positive prompt', negative: 'Negative prompt' } as const;

interface Found extends Field {
  readonly title: string;
  /** Where it stands in the form. */
  readonly place: number;
}

/** The inputs of a workflow that make a form: prompts first, then pictures, then settings. */
export function findFields(graph: Graph): readonly Field[] {
  const roles = rolesOf(graph);
  const found = new Map<string, Found>();
  for (const node of graph.values()) {
    for (const input of node.inputs.keys()) {
      const field = fieldAt(graph, node, input, roles.get(node.id));
      // A value that feeds several inputs is one field: the first that was found, or what says more of it.
      if (field !== null && (found.get(field.key)?.place ?? Number.POSITIVE_INFINITY) > field.place)
        found.set(field.key, field);
    }
  }
  const inOrder = [...found.values()].sort((one, other) => one.place - other.place).slice(0, MOST_FIELDS);
  return toldApart(inOrder);
}

function fieldAt(graph: Graph, node: GraphNode, input: string, role: Role | undefined): Found | null {
  const meaning = meaningOf(node, input, role);
  const source = meaning && literalBehind(graph, node, input);
  if (!source) return null;
  const { literal, node: home, input: homeInput } = source;
  const value = shownValue(literal, meaning.kind);
  if (value === null) return null;
  return {
    ...meaning,
    key: `${home.id}.${homeInput}`,
    node: home.id,
    type: home.type,
    input: homeInput,
    title: node.title,
    value,
    start: literal.start,
    end: literal.end,
  };
}

interface Meaning {
  readonly kind: FieldKind;
  readonly label: string;
  readonly place: number;
}

/** What an input is to a person, by its name and its node; null when it is left alone. */
function meaningOf(node: GraphNode, input: string, role: Role | undefined): Meaning | null {
  const isEncoded = TEXT_ENCODE.test(node.type) && (ENCODED.has(input) || input === 'prompt');
  if (isEncoded || PROMPT.test(input)) return promptMeaning(node, roleNamed(input) ?? role);
  if (/^LoadImage/.test(node.type) && input === 'image') return { kind: 'image', label: 'Picture', place: 3 };
  const setting = Object.hasOwn(SETTINGS, input) ? SETTINGS[input] : undefined;
  // SDXL's text encoders have sizes too, which are not those of the picture.
  if (setting === undefined || TEXT_ENCODE.test(node.type)) return null;
  const [label, kind] = setting;
  return { label, kind, place: 4 + SETTING_ORDER.indexOf(input) };
}

function promptMeaning(node: GraphNode, role: Role | undefined): Meaning {
  if (role === undefined) return { kind: 'text', label: node.title, place: 2 };
  return { kind: 'text', label: ROLE_LABELS[role], place: role === 'positive' ? 0 : 1 };
}

function roleNamed(input: string): Role | undefined {
  if (input.startsWith('positive')) return 'positive';
  return input.startsWith('negative') ? 'negative' : undefined;
}

interface Source {
  readonly literal: Literal;
  readonly node: GraphNode;
  readonly input: string;
}

/** The value of an input: its own, or that of a node that is nothing but a value, as primitives are. */
function literalBehind(graph: Graph, node: GraphNode, input: string): Source | null {
  const own = node.inputs.get(input);
  if (own === undefined) return null;
  if (own.kind === 'literal') return { literal: own, node, input };
  const source = graph.get(own.node);
  if (source === undefined || source.inputs.size !== 1) return null;
  const [name, value] = [...source.inputs][0] ?? [];
  return name !== undefined && value?.kind === 'literal'
    ? { literal: value, node: source, input: name }
    : null;
}

function shownValue({ raw }: Literal, kind: FieldKind): string | null {
  const isString = raw.startsWith('"');
  if (kind === 'text' || kind === 'word' || kind === 'image')
    return isString ? textOf(JSON.parse(raw)) : null;
  return /^-?\d/.test(raw) ? raw : null;
}

/** Labels that occur twice get their input's name within a node, and their node's title between nodes. */
function toldApart(found: readonly Found[]): readonly Field[] {
  return found.map(({ title, place: _place, ...field }) => {
    const same = found.filter(({ label }) => label === field.label);
    if (same.length === 1) return field;
    const inNode = same.filter(({ node }) => node === field.node).length > 1;
    const titles = same.filter((other) => other.title === title && other.node !== field.node);
    const parts = [
      field.label,
      ...(same.some(({ node }) => node !== field.node) && title !== field.label ? [title] : []),
      ...(inNode ? [field.input] : []),
      ...(titles.length > 0 ? [`node ${field.node}`] : []),
    ];
    return { ...field, label: parts.join(' · ') };
  });
}
