import type { EndMessage, ExecutionError } from './messages.ts';
import { withCached, withNodes, withOutput } from './node-changes.ts';
import type { RunError, RunStatus } from './run.ts';
import type { HistoryVerdict } from './run-message.ts';
import type { Milliseconds, RunState } from './state.ts';
import { shownNode } from './workflow.ts';

const LOST: RunError = {
  message: 'ComfyUI lost this run: it no longer stands in its queue, nor in its history',
  exception_type: null,
  node_id: null,
  node_type: null,
};

/** By any other frame than the first, or by what was found out otherwise: some frames of it were missed. */
export function started(state: RunState, now: Milliseconds): RunState {
  return state.status === 'queued'
    ? { ...state, status: 'running', startedAt: now, missed: true, behind: true }
    : state;
}

/** A frame says how the run ended. Where frames were missed, that is kept until /history tells the outputs as well. */
export function withEnd(state: RunState, message: EndMessage, now: Milliseconds): RunState {
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

/** ComfyUI does not have the run any more; what a frame had told of its end holds. */
export function gone(state: RunState, status: 'cancelled' | 'stalled', now: Milliseconds): RunState {
  if (state.told !== null) return ended(state, state.told, now);
  return over(status === 'stalled' ? { ...state, error: LOST } : state, status, now);
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
    withNodes(failedAt, error.node === null ? [] : [[error.node, { phase: 'failed' }]], now),
    'error',
    now,
  );
}

/** /history has the last word on a run that is open. */
export function withVerdict(state: RunState, verdict: HistoryVerdict, now: Milliseconds): RunState {
  const begun = started(state, within(verdict.startedAt ?? now, state.queuedAt, now));
  let next = withCached(begun, verdict.cachedNodes, now);
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
