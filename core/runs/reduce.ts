import { gone, started, withEnd, withVerdict } from './ending.ts';
import { withPercent } from './measure.ts';
import type { ComfyuiMessage } from './messages.ts';
import { changesOf, type NodeReport, withCached, withNodes, withOutput } from './node-changes.ts';
import type { RunMessage } from './run-message.ts';
import { isDone, isOver, type Milliseconds, nodeOf, type RunState } from './state.ts';
import { withStep } from './step-rate.ts';
import { type NodeId, shownNode } from './workflow.ts';

export type { HistoryVerdict, RunMessage } from './run-message.ts';

type OfType<T extends ComfyuiMessage['type']> = Extract<ComfyuiMessage, { type: T }>;

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
      return withGap(state);
    case 'execution_cached':
      return withCached(started(state, now), message.nodes, now);
    case 'executing':
      return withExecuting(state, message, now);
    case 'progress':
      return withProgress(started(state, now), message, now);
    case 'progress_state':
      return withProgressState(started(state, now), message, now);
    case 'executed':
      return withExecuted(started(state, now), message, now);
    case 'preview':
      return { ...state, previewSeq: state.previewSeq + 1 };
    case 'execution_success':
    case 'execution_error':
    case 'execution_interrupted':
      return withEnd(started(state, now), message, now);
    case 'history':
      return withVerdict(state, message, now);
    case 'removed':
      return gone(state, 'cancelled', now);
    case 'lost':
      return gone(state, 'stalled', now);
  }
}

/** Its first frame: from here on none is missed, as long as the socket holds. */
function fromTheStart(state: RunState, now: Milliseconds): RunState {
  const begun = state.executing === null && !state.detailed;
  if (state.status === 'queued') return { ...state, status: 'running', startedAt: now };
  return state.missed && begun ? { ...state, missed: false, behind: false } : state;
}

function withGap(state: RunState): RunState {
  if (state.status !== 'running' || (state.missed && state.behind)) return state;
  return { ...state, missed: true, behind: true };
}

/** A frame has told how far the nodes are: what changes from here on, happens now. */
function caughtUp(state: RunState): RunState {
  return state.behind ? { ...state, behind: false } : state;
}

function withTargets(state: RunState, nodes: readonly NodeId[]): RunState {
  const targets = nodes.filter((id) => state.workflow.has(id));
  const same = targets.length === state.targets.length && targets.every((id, at) => id === state.targets[at]);
  return same || targets.length === 0 ? state : { ...state, targets };
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
  const settled = before.detailed ? before : withPreviousFinished(before, shown, now);
  const current = withCurrent(settled, message.node, shown);
  const running = withNodes(current, [[message.node, { phase: 'running' }]], now);
  // Where progress_state is sent, it alone tells which nodes have finished meanwhile.
  return running.detailed ? running : caughtUp(running);
}

function withPreviousFinished(state: RunState, shown: NodeId, now: Milliseconds): RunState {
  if (state.executing === null || state.shown === null || state.shown === shown) return state;
  return withNodes(
    state,
    [
      [state.executing, { phase: 'finished' }],
      [state.shown, { phase: 'finished' }],
    ],
    now,
  );
}

function withProgress(state: RunState, message: OfType<'progress'>, now: Milliseconds): RunState {
  const id = message.node ?? state.executing;
  if (id === null || isDone(nodeOf(state, id))) return state;
  const shown =
    id === state.executing && state.shown !== null ? state.shown : shownNode(state.workflow, id, null);
  const report = { ...message, node: id, state: 'running' } as const;
  const current = withNodes(withCurrent(state, id, shown), changesOf(report, shown), now);
  return withStepTime(current, report, now);
}

function withProgressState(state: RunState, message: OfType<'progress_state'>, now: Milliseconds): RunState {
  const detailed = state.detailed ? state : { ...state, detailed: true };
  const changes = message.nodes.flatMap((report) =>
    changesOf(report, shownNode(state.workflow, report.node, report.displayNode)),
  );
  const executing = message.nodes.find((report) => report.node === state.executing);
  const timed = executing === undefined ? detailed : withStepTime(detailed, executing, now);
  return caughtUp(withNodes(timed, changes, now));
}

function withStepTime(state: RunState, report: NodeReport, now: Milliseconds): RunState {
  const isStep = report.state === 'running' && report.value > 0 && !isDone(nodeOf(state, report.node));
  if (!isStep) return state;
  const stepTimes = withStep(state.stepTimes, report.node, report.value, now);
  return stepTimes === state.stepTimes ? state : { ...state, stepTimes };
}

function withExecuted(state: RunState, message: OfType<'executed'>, now: Milliseconds): RunState {
  const finished = withNodes(state, [[message.node, { phase: 'finished' }]], now);
  return withOutput(finished, shownNode(state.workflow, message.node, message.displayNode), message.items);
}

function withCurrent(state: RunState, executing: NodeId, shown: NodeId): RunState {
  return state.executing === executing && state.shown === shown ? state : { ...state, executing, shown };
}
