import type { StudioEvent } from '../../client/message.ts';

/** The latest event that is worth interrupting for, read aloud by screen readers. */
export function Announcements({ events }: { readonly events: readonly StudioEvent[] }) {
  return (
    <p class="unseen" role="status">
      {events.find(isWorthIt)?.message}
    </p>
  );
}

function isWorthIt({ type, severity }: StudioEvent): boolean {
  return type.startsWith('job.') || type.startsWith('maintenance.') || severity === 'error';
}
