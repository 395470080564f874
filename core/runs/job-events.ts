import type { NewEvent } from '../events/event-log.ts';
import { toProgress } from './progress.ts';
import type { RunState } from './state.ts';

const LONGEST_REASON = 500;

export function queuedEvent(state: RunState): NewEvent {
  const nodes = state.workflow.size;
  return {
    type: 'job.queued',
    severity: 'info',
    message: `A run of ${nodes} ${nodes === 1 ? 'node' : 'nodes'} was queued`,
    data: { prompt_id: state.id, total_nodes: nodes },
  };
}

export function startedEvent(state: RunState): NewEvent {
  return {
    type: 'job.started',
    severity: 'info',
    message: 'A run has started',
    data: { prompt_id: state.id },
  };
}

/** How a run ended. Null while it is open. */
export function endedEvent(state: RunState): NewEvent | null {
  const data = { prompt_id: state.id, seconds: secondsRun(state) };
  switch (state.status) {
    case 'completed':
      return {
        type: 'job.completed',
        severity: 'success',
        message: `A run was completed in ${data.seconds} s`,
        data: { ...data, outputs: [...state.outputs.values()].reduce((sum, items) => sum + items.length, 0) },
      };
    case 'error':
      return failedEvent(state, data);
    case 'cancelled':
      return { type: 'job.cancelled', severity: 'warning', message: 'A run was cancelled', data };
    case 'stalled':
      return {
        type: 'job.stalled',
        severity: 'warning',
        message: 'A run was lost: ComfyUI does not know it any more',
        data,
      };
    default:
      return null;
  }
}

function failedEvent(state: RunState, data: Record<string, unknown>): NewEvent {
  const { error, node_title } = toProgress(state);
  const reason = (error?.message ?? '').slice(0, LONGEST_REASON);
  return {
    type: 'job.failed',
    severity: 'error',
    message: `A run failed${node_title === null ? '' : ` at ${node_title}`}: ${reason}`,
    data: {
      ...data,
      node_id: error?.node_id,
      node_type: error?.node_type,
      exception_type: error?.exception_type,
    },
  };
}

function secondsRun(state: RunState): number {
  if (state.startedAt === null || state.endedAt === null) return 0;
  return Math.round((state.endedAt - state.startedAt) / 100) / 10;
}
