import type { RunProgress } from '../../core/runs/run.ts';

/** A run that was queued at noon, changed as told. */
export function runProgress(changes: Partial<RunProgress> = {}): RunProgress {
  return {
    prompt_id: 'a',
    title: '',
    started_by: 'studio',
    status: 'queued',
    node_id: null,
    node_title: null,
    node_type: null,
    step: 0,
    total_steps: 0,
    nodes_done: 0,
    total_nodes: 4,
    effective_total: 4,
    cached_count: 0,
    percent: 0,
    eta_seconds: null,
    step_rate: null,
    preview_seq: 0,
    node_outputs: {},
    error: null,
    queued_at: '2026-01-01T12:00:00.000Z',
    started_at: null,
    ended_at: null,
    ...changes,
  };
}
