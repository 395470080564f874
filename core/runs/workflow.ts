import { asLink, promisedSteps } from './promised-steps.ts';
import type { Prompt } from './run.ts';

/** A node's id in a prompt, `12` or `12:3`; an expanded node's id goes on from its parent's, `12.0.0.1`. */
export type NodeId = string;

/** What is kept of a node of the prompt: a prompt can be megabytes, and nothing else of it is ever shown. */
export interface WorkflowNode {
  /** `_meta.title`, else the class type. */
  readonly title: string;
  readonly type: string;
  /** How many steps it is going to report, as far as the prompt tells; else 0. */
  readonly promisedSteps: number;
  /** The nodes of the workflow whose results it takes. */
  readonly needs: readonly NodeId[];
}

export type Workflow = ReadonlyMap<NodeId, WorkflowNode>;

const MOST_NODES = 10_000;
const LONGEST_TITLE = 200;
/** In the whole prompt. A node whose links are cut off here only seems to need less than it does. */
const MOST_LINKS = 50_000;

export function workflowOf(prompt: Prompt): Workflow {
  const promises = promisedSteps(prompt);
  const workflow = new Map<NodeId, WorkflowNode>();
  let links = 0;
  for (const [id, node] of Object.entries(prompt).slice(0, MOST_NODES)) {
    const type = node.class_type.slice(0, LONGEST_TITLE);
    const title = node._meta?.title?.slice(0, LONGEST_TITLE) || type;
    const needs = needsOf(prompt, id).slice(0, MOST_LINKS - links);
    links += needs.length;
    workflow.set(id, { title, type, promisedSteps: promises.get(id) ?? 0, needs });
  }
  return workflow;
}

function needsOf(prompt: Prompt, id: NodeId): NodeId[] {
  const needs = new Set<NodeId>();
  for (const value of Object.values(prompt[id]?.inputs ?? {})) {
    const link = asLink(prompt, value);
    if (link !== null) needs.add(link.from);
  }
  return [...needs];
}

/** The nodes that no other one takes results from. What ComfyUI runs a prompt for is among them, or is all of them. */
export function lastNodes(workflow: Workflow): readonly NodeId[] {
  const needed = new Set([...workflow.values()].flatMap((node) => node.needs));
  return [...workflow.keys()].filter((id) => !needed.has(id));
}

/** The node of the prompt that `id` belongs to: itself, or the one that it was expanded from. */
export function shownNode(workflow: Workflow, id: NodeId, displayId: NodeId | null): NodeId {
  if (workflow.has(id)) return id;
  if (displayId !== null && (workflow.has(displayId) || displayId !== id)) return displayId;
  const dot = id.indexOf('.');
  return dot > 0 && workflow.has(id.slice(0, dot)) ? id.slice(0, dot) : id;
}
