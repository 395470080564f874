import type { RunStatus } from '../../client/wire.ts';

const WORDS: Readonly<Record<RunStatus, string>> = {
  queued: 'Queued',
  running: 'Running',
  completed: 'Completed',
  error: 'Failed',
  cancelled: 'Cancelled',
  stalled: 'Lost',
};

export function StatusBadge({ status }: { readonly status: RunStatus }) {
  return <span class={`badge is-${status}`}>{WORDS[status]}</span>;
}
