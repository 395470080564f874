import type { RunProgress } from '../client/wire.ts';

const NAME = 'ComfyUI Studio';

/** What the tab says, so that a run can be watched from another one. */
export function pageTitle(run: RunProgress | null): string {
  switch (run?.status) {
    case 'running':
      return `${run.percent}% ${run.node_title ?? 'Running'} · ${NAME}`;
    case 'queued':
      return `Waiting · ${NAME}`;
    case 'completed':
      return `Completed · ${NAME}`;
    case 'error':
      return `Failed · ${NAME}`;
    default:
      return NAME;
  }
}
