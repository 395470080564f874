import type { RunProgress } from '../client/wire.ts';

const NAME = 'ComfyUI Studio';

/** What the tab says: how the run is, so that it can be watched from another one, and which page it is, if not the first. */
export function pageTitle(run: RunProgress | null, page: string | null = null): string {
  const name = page === null ? NAME : `${page} · ${NAME}`;
  switch (run?.status) {
    case 'running':
      return `${run.percent}% ${run.node_title ?? 'Running'} · ${name}`;
    case 'queued':
      return `Waiting · ${name}`;
    case 'completed':
      return `Completed · ${name}`;
    case 'error':
      return `Failed · ${name}`;
    default:
      return name;
  }
}
