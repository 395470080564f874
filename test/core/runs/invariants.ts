import { toProgress } from '../../../core/runs/progress.ts';
import { isOver, type RunState } from '../../../core/runs/state.ts';

/** What a step from one state to the next may never do, by name; null when it is as promised. */
export function brokenPromise(before: RunState, after: RunState): string | null {
  const run = toProgress(after);
  if (isOver(before.status) && after !== before) return 'a run that is over stays what it is';
  if (after.percent < before.percent || run.percent < toProgress(before).percent)
    return 'percent never falls';
  if (run.percent < 0 || run.percent > 100 || !Number.isInteger(run.percent)) return 'percent is 0 to 100';
  if ((run.percent === 100) !== (run.status === 'completed'))
    return 'percent is 100 when, and only when, it is completed';
  if (before.status === 'running' && after.status === 'queued') return 'a run that runs does not wait again';
  if (isOver(after.status) !== (run.ended_at !== null)) return 'what is over has an end';
  if (run.nodes_done > run.total_nodes) return 'no more nodes are done than there are';
  if (run.effective_total < 0 || run.effective_total > run.total_nodes)
    return 'effective_total is part of total_nodes';
  if (after.workflow.size > 0 && run.total_nodes !== after.workflow.size)
    return 'the nodes that count are those of the workflow';
  if (run.effective_total > run.total_nodes - run.cached_count) return 'cached nodes are left out';
  for (const [node, items] of before.outputs)
    if ((after.outputs.get(node)?.length ?? 0) < items.length) return 'outputs are kept';
  if (run.step < 0 || run.step > run.total_steps) return 'step is 0 to total_steps';
  if (run.eta_seconds !== null && !(run.eta_seconds >= 0 && Number.isFinite(run.eta_seconds)))
    return 'eta is a time';
  if (run.step_rate !== null && !(run.step_rate >= 0 && Number.isFinite(run.step_rate)))
    return 'step_rate is a rate';
  if (run.preview_seq < before.previewSeq) return 'previews are counted up';
  return null;
}
