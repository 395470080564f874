import type { EndMessage } from './messages.ts';
import type { OutputItem, Prompt, PromptId, RunError, RunStatus, Starter } from './run.ts';
import { titleOf } from './title.ts';
import { lastNodes, type NodeId, type Workflow, workflowOf } from './workflow.ts';

/** Unix time in milliseconds. */
export type Milliseconds = number;

export interface NodeState {
  readonly phase: 'pending' | 'running' | 'finished' | 'cached' | 'failed';
  /** 0 to max. */
  readonly value: number;
  /** At least 1. */
  readonly max: number;
  /** Whether it reported steps: a value above 0, or a max above 1, before it was finished. */
  readonly steps: boolean;
  /** When it was seen to begin and to end; null while it did not, and also when nobody listened just then. */
  readonly startedAt: Milliseconds | null;
  readonly endedAt: Milliseconds | null;
}

/** When each of the latest steps of one node was reported. */
export interface StepTimes {
  readonly node: NodeId;
  readonly reports: readonly { readonly step: number; readonly at: Milliseconds }[];
}

/** All that is known of a run; replaced, never changed. */
export interface RunState {
  readonly id: PromptId;
  readonly title: string;
  readonly startedBy: Starter;
  readonly status: RunStatus;
  readonly workflow: Workflow;
  /** The nodes that it is run for: the outputs, when ComfyUI has named them, else whatever comes last. */
  readonly targets: readonly NodeId[];
  /** Every node of the workflow, and the expanded ones that were seen. */
  readonly nodes: ReadonlyMap<NodeId, NodeState>;
  /** The node that executes, as ComfyUI names it: it may be an expanded one. */
  readonly executing: NodeId | null;
  /** The node of the workflow that `executing` belongs to. */
  readonly shown: NodeId | null;
  /** Whether ComfyUI sends progress_state. Older versions do not: there the next node ends the one before. */
  readonly detailed: boolean;
  readonly stepTimes: StepTimes | null;
  /** 0 to 100, with its fraction; it never falls. */
  readonly percent: number;
  /** The share of the work that was done when it was last measured, 0 to 1. It falls when more work turns up. */
  readonly share: number;
  /** Whether frames of it were missed. Then /history has to say how it ended, since some outputs may be unknown. */
  readonly missed: boolean;
  /** Whether frames were missed and none has yet told how far its nodes are: what the next one tells may be long past. */
  readonly behind: boolean;
  /** How it ended by its frames, while /history has yet to say so. */
  readonly told: EndMessage | null;
  readonly previewSeq: number;
  readonly outputs: ReadonlyMap<NodeId, readonly OutputItem[]>;
  readonly error: RunError | null;
  readonly queuedAt: Milliseconds;
  readonly startedAt: Milliseconds | null;
  readonly endedAt: Milliseconds | null;
}

/** A node of which nothing was heard yet. */
export const PENDING: NodeState = Object.freeze({
  phase: 'pending',
  value: 0,
  max: 1,
  steps: false,
  startedAt: null,
  endedAt: null,
});

export interface Origin {
  readonly startedBy: Starter;
  /** What its submitter calls it; by default it is named after its prompt. */
  readonly title?: string | undefined;
}

/** A run that waits in ComfyUI's queue since `now`. */
export function queuedRun(
  id: PromptId,
  prompt: Prompt,
  now: Milliseconds,
  origin: Origin = { startedBy: 'studio' },
): RunState {
  const workflow = workflowOf(prompt);
  return {
    id,
    title: origin.title || titleOf(prompt),
    startedBy: origin.startedBy,
    status: 'queued',
    workflow,
    targets: lastNodes(workflow),
    nodes: new Map([...workflow.keys()].map((node) => [node, PENDING])),
    executing: null,
    shown: null,
    detailed: false,
    stepTimes: null,
    percent: 0,
    share: 0,
    missed: false,
    behind: false,
    told: null,
    previewSeq: 0,
    outputs: new Map(),
    error: null,
    queuedAt: now,
    startedAt: null,
    endedAt: null,
  };
}

export function isOver(status: RunStatus): boolean {
  return status !== 'queued' && status !== 'running';
}

/** A node that is done stays what it is. */
export function isDone(node: NodeState): boolean {
  return node.phase !== 'pending' && node.phase !== 'running';
}

export function nodeOf(state: RunState, id: NodeId): NodeState {
  return state.nodes.get(id) ?? PENDING;
}
