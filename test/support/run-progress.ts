import type { RunProgress } from '../../core/runs/run.ts';

/** A run that waits in the queue, as viewers see it. */
export function runProgress(promptId: string): RunProgress {
  return {
    prompt_id: promptId,
    status: 'queued',
    node_id: null,
    node_title: null,
    node_type: null,
    step: 0,
    total_steps: 0,
    nodes_done: 0,
    total_nodes: 1,
    effective_total: 1,
    cached_count: 0,
    percent: 0,
    eta_seconds: null,
    step_rate: null,
    preview_seq: 0,
    node_outputs: {},
    error: null,
    queued_at: '2027-01-15T08:00:00.000Z',
    started_at: null,
    ended_at: null,
  };
}
