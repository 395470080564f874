import type { Prompt } from './run.ts';

/** A node's id in a prompt, `12` or `12:3`; an expanded node's id goes on from its parent's, `12.0.0.1`. */
export type NodeId = string;

/** What is kept of a node of the prompt: a prompt can be megabytes, and nothing else of it is ever shown. */
export interface WorkflowNode {
  /** `_meta.title`, else the class type. */
  readonly title: string;
  readonly type: string;
  /** The `steps` input when it is a plain number: a sampler is going to report that many. Else 0. */
  readonly promisedSteps: number;
}

export type Workflow = ReadonlyMap<NodeId, WorkflowNode>;

const MOST_NODES = 10_000;
const LONGEST_TITLE = 200;
const MOST_STEPS = 10_000;

export function workflowOf(prompt: Prompt): Workflow {
  const workflow = new Map<NodeId, WorkflowNode>();
  for (const [id, node] of Object.entries(prompt).slice(0, MOST_NODES)) {
    const type = node.class_type.slice(0, LONGEST_TITLE);
    const title = node._meta?.title?.slice(0, LONGEST_TITLE) || type;
    workflow.set(id, { title, type, promisedSteps: promisedSteps(node.inputs.steps) });
  }
  return workflow;
}

function promisedSteps(steps: unknown): number {
  return typeof steps === 'number' && steps >= 1 ? Math.min(Math.floor(steps), MOST_STEPS) : 0;
}

/** The node of the prompt that `id` belongs to: itself, or the one that it was expanded from. */
export function shownNode(workflow: Workflow, id: NodeId, displayId: NodeId | null): NodeId {
  if (workflow.has(id)) return id;
  if (displayId !== null && (workflow.has(displayId) || displayId !== id)) return displayId;
  const dot = id.indexOf('.');
  return dot > 0 && workflow.has(id.slice(0, dot)) ? id.slice(0, dot) : id;
}
