import { withPercent } from './measure.ts';
import type { ComfyuiMessage, EndMessage, ExecutionError, NodeProgress } from './messages.ts';
import { mergeItems } from './outputs.ts';
import type { OutputItem, RunError, RunStatus } from './run.ts';
import {
  isDone,
  isOver,
  type Milliseconds,
  type NodeState,
  nodeOf,
  PENDING,
  type RunState,
} from './state.ts';
import { withStep } from './step-rate.ts';
import { type NodeId, shownNode } from './workflow.ts';

type OfType<T extends ComfyuiMessage['type']> = Extract<ComfyuiMessage, { type: T }>;

/** What can happen to a run: what ComfyUI's socket says, and what the tracker finds out by asking. */
export type RunMessage =
  | Exclude<ComfyuiMessage, OfType<'status'>>
  /** A preview frame of it went by. */
  | { readonly type: 'preview' }
  /** /queue lists it as running: its first frames were missed, or went to another client. */
  | { readonly type: 'seen_running' }
  /** /queue names the output nodes that it is run for. */
  | { readonly type: 'targets'; readonly nodes: readonly NodeId[] }
  /** ComfyUI's socket was lost: what it said since then went to nobody. */
  | { readonly type: 'gap' }
  /** It was taken out of the queue before it began. */
  | { readonly type: 'removed' }
  /** ComfyUI does not know it any more, and never said how it ended. */
  | { readonly type: 'lost' }
  | HistoryVerdict;

/** How /history says that a run ended. */
export interface HistoryVerdict {
  readonly type: 'history';
  readonly outcome: 'completed' | 'cancelled' | { readonly error: ExecutionError };
  readonly cachedNodes: readonly NodeId[];
  readonly outputs: readonly {
    readonly node: NodeId;
    readonly displayNode: NodeId | null;
    readonly items: readonly OutputItem[];
  }[];
  /** By ComfyUI's clock. */
  readonly startedAt: Milliseconds | null;
  readonly endedAt: Milliseconds | null;
}

/** A node that expands without end shall not fill the memory. */
const MOST_NODES_SEEN = 20_000;

/**
 * The run after `message`; the same object when the message changes nothing.
 * A run that is over stays what it is. percent never falls, and is 100 only when the run is completed.
 */
export function reduce(state: RunState, message: RunMessage, now: Milliseconds): RunState {
  if (isOver(state.status)) return state;
  const next = apply(state, message, now);
  const asBefore = next.nodes === state.nodes && next.targets === state.targets;
  return asBefore || isOver(next.status) ? next : withPercent(next);
}

function apply(state: RunState, message: RunMessage, now: Milliseconds): RunState {
  switch (message.type) {
    case 'execution_start':
      return fromTheStart(state, now);
    case 'seen_running':
      return started(state, now);
    case 'targets':
      return withTargets(state, message.nodes);
    case 'gap':
      return state.status === 'running' && !state.missed ? { ...state, missed: true } : state;
    case 'execution_cached':
      return withCached(started(state, now), message.nodes);
    case 'executing':
      return withExecuting(state, message, now);
    case 'progress':
      return withProgress(started(state, now), message, now);
    case 'progress_state':
      return withProgressState(started(state, now), message, now);
    case 'executed':
      return withExecuted(started(state, now), message);
    case 'preview':
      return { ...state, previewSeq: state.previewSeq + 1 };
    case 'execution_success':
    case 'execution_error':
    case 'execution_interrupted':
      return withEnd(started(state, now), message, now);
    case 'history':
      return withVerdict(state, message, now);
    case 'removed':
      return state.told === null ? over(state, 'cancelled', now) : ended(state, state.told, now);
    case 'lost':
      return state.told === null
        ? over({ ...state, error: LOST }, 'stalled', now)
        : ended(state, state.told, now);
  }
}

const LOST: RunError = {
  message: 'ComfyUI lost this run: it no longer stands in its queue, nor in its history',
  exception_type: null,
  node_id: null,
  node_type: null,
};

/** Its first frame: from here on none is missed, as long as the socket holds. */
function fromTheStart(state: RunState, now: Milliseconds): RunState {
  const begun = state.executing === null && !state.detailed;
  if (state.status === 'queued') return { ...state, status: 'running', startedAt: now };
  return state.missed && begun ? { ...state, missed: false } : state;
}

/** By any other frame than the first, or by what was found out otherwise. */
function started(state: RunState, now: Milliseconds): RunState {
  return state.status === 'queued' ? { ...state, status: 'running', startedAt: now, missed: true } : state;
}

function withTargets(state: RunState, nodes: readonly NodeId[]): RunState {
  const targets = nodes.filter((id) => state.workflow.has(id));
  const same = targets.length === state.targets.length && targets.every((id, at) => id === state.targets[at]);
  return same || targets.length === 0 ? state : { ...state, targets };
}

function withEnd(state: RunState, message: EndMessage, now: Milliseconds): RunState {
  if (!state.missed) return ended(state, message, now);
  return state.told === null ? { ...state, told: message } : state;
}

function ended(state: RunState, message: EndMessage, now: Milliseconds): RunState {
  switch (message.type) {
    case 'execution_success':
      return over(state, 'completed', now);
    case 'execution_error':
      return failed(state, message, now);
    case 'execution_interrupted':
      return over(state, 'cancelled', now);
  }
}

function over(state: RunState, status: RunStatus, now: Milliseconds): RunState {
  const atEnd: RunState = { ...state, status, endedAt: now, stepTimes: null, told: null };
  return status === 'completed' ? { ...atEnd, percent: 100, executing: null, shown: null } : atEnd;
}

function failed(state: RunState, error: ExecutionError, now: Milliseconds): RunState {
  const shown = error.node === null ? state.shown : shownNode(state.workflow, error.node, null);
  const failedAt: RunState = {
    ...state,
    executing: error.node ?? state.executing,
    shown,
    error: {
      message: error.message,
      exception_type: error.exceptionType,
      node_id: shown,
      node_type: error.nodeType,
    },
  };
  return over(
    withNodes(failedAt, error.node === null ? [] : [[error.node, { phase: 'failed' }]]),
    'error',
    now,
  );
}

function withCached(state: RunState, cached: readonly NodeId[]): RunState {
  return withNodes(
    state,
    cached.map((id) => [id, { phase: 'cached' }]),
  );
}

function withExecuting(state: RunState, message: OfType<'executing'>, now: Milliseconds): RunState {
  // The end of it all: what the end was, another message said or /history will.
  if (message.node === null)
    return state.executing === null ? state : { ...state, executing: null, shown: null };
  // Said again, or late: it has finished, and another one executes.
  const { phase } = nodeOf(state, message.node);
  if (phase === 'finished' || phase === 'failed') return state;
  const before = started(state, now);
  const shown = shownNode(state.workflow, message.node, message.displayNode);
  const settled = before.detailed ? before : withPreviousFinished(before, shown);
  const current = withCurrent(settled, message.node, shown);
  return withNodes(current, [[message.node, { phase: 'running' }]]);
}

function withPreviousFinished(state: RunState, shown: NodeId): RunState {
  if (state.executing === null || state.shown === null || state.shown === shown) return state;
  return withNodes(state, [
    [state.executing, { phase: 'finished' }],
    [state.shown, { phase: 'finished' }],
  ]);
}

function withProgress(state: RunState, message: OfType<'progress'>, now: Milliseconds): RunState {
  const id = message.node ?? state.executing;
  if (id === null || isDone(nodeOf(state, id))) return state;
  const shown =
    id === state.executing && state.shown !== null ? state.shown : shownNode(state.workflow, id, null);
  const report = { ...message, node: id, state: 'running' } as const;
  return withStepTime(withNodes(withCurrent(state, id, shown), changesOf(report, shown)), report, now);
}

function withProgressState(state: RunState, message: OfType<'progress_state'>, now: Milliseconds): RunState {
  const detailed = state.detailed ? state : { ...state, detailed: true };
  const changes = message.nodes.flatMap((report) =>
    changesOf(report, shownNode(state.workflow, report.node, report.displayNode)),
  );
  const executing = message.nodes.find((report) => report.node === state.executing);
  const timed = executing === undefined ? detailed : withStepTime(detailed, executing, now);
  return withNodes(timed, changes);
}

type NodeReport = Pick<NodeProgress, 'node' | 'state' | 'value' | 'max'>;
type NodeChange = readonly [NodeId, Partial<NodeState>];

/** What a report says of its node, and of the one it is shown as. */
function changesOf(report: NodeReport, shown: NodeId): NodeChange[] {
  if (report.state === 'pending') return [];
  const max = Math.max(report.max, 1);
  const value = Math.min(report.value, max);
  // Other nodes tell 0/1, and then 1/1 when they are finished: no step. 15/15 is one whose steps were missed.
  const steps = max > 1 || (value > 0 && report.state === 'running');
  const changes: NodeChange[] = [
    [report.node, { phase: PHASES[report.state], value, max, ...(steps && { steps }) }],
  ];
  // An expanded node's steps make its parent one that is not instant.
  if (steps && shown !== report.node) changes.unshift([shown, { steps }]);
  return changes;
}

const PHASES = { running: 'running', finished: 'finished', error: 'failed' } as const;

function withStepTime(state: RunState, report: NodeReport, now: Milliseconds): RunState {
  const isStep = report.state === 'running' && report.value > 0 && !isDone(nodeOf(state, report.node));
  if (!isStep) return state;
  const stepTimes = withStep(state.stepTimes, report.node, report.value, now);
  return stepTimes === state.stepTimes ? state : { ...state, stepTimes };
}

function withExecuted(state: RunState, message: OfType<'executed'>): RunState {
  const finished = withNodes(state, [[message.node, { phase: 'finished' }]]);
  return withOutput(finished, shownNode(state.workflow, message.node, message.displayNode), message.items);
}

function withVerdict(state: RunState, verdict: HistoryVerdict, now: Milliseconds): RunState {
  const begun = started(state, within(verdict.startedAt ?? now, state.queuedAt, now));
  let next = withCached(begun, verdict.cachedNodes);
  for (const { node, displayNode, items } of verdict.outputs) {
    next = withOutput(next, shownNode(state.workflow, node, displayNode), items);
  }
  const endedAt = within(verdict.endedAt ?? now, begun.startedAt ?? state.queuedAt, now);
  if (verdict.outcome === 'completed' || verdict.outcome === 'cancelled')
    return over(next, verdict.outcome, endedAt);
  return failed(next, verdict.outcome.error, endedAt);
}

/** ComfyUI may run on another machine, whose clock is off. */
function within(at: Milliseconds, earliest: Milliseconds, latest: Milliseconds): Milliseconds {
  return Math.min(Math.max(at, earliest), latest);
}

function withCurrent(state: RunState, executing: NodeId, shown: NodeId): RunState {
  return state.executing === executing && state.shown === shown ? state : { ...state, executing, shown };
}

/** `state` with these changes made; the same object when they change nothing. A node that is done stays so. */
function withNodes(state: RunState, changes: readonly NodeChange[]): RunState {
  let nodes: Map<NodeId, NodeState> | null = null;
  for (const [id, change] of changes) {
    const before = (nodes ?? state.nodes).get(id);
    const after = changed(before ?? PENDING, change);
    if (after === null || (before === undefined && (nodes ?? state.nodes).size >= MOST_NODES_SEEN)) continue;
    nodes ??= new Map(state.nodes);
    nodes.set(id, after);
  }
  return nodes === null ? state : { ...state, nodes };
}

function changed(before: NodeState, change: Partial<NodeState>): NodeState | null {
  if (isDone(before)) return null;
  const after = { ...before, ...change };
  const same =
    after.phase === before.phase &&
    after.value === before.value &&
    after.max === before.max &&
    after.steps === before.steps;
  return same ? null : after;
}

function withOutput(state: RunState, shown: NodeId, items: readonly OutputItem[]): RunState {
  const known = state.outputs.get(shown) ?? [];
  const merged = mergeItems(known, items);
  return merged === known ? state : { ...state, outputs: new Map(state.outputs).set(shown, merged) };
}
