import t from 'tap';
import type { EventType } from '../../../core/events/event-log.ts';
import { createHappenings } from '../../../core/metrics/happenings.ts';

t.test('runs and updates are counted by how they ended', async (t) => {
  const happenings = createHappenings();
  const types: EventType[] = [
    'job.queued',
    'job.queued',
    'job.started',
    'job.completed',
    'job.failed',
    'job.cancelled',
    'job.stalled',
    'auth.login',
    'system.updated',
    'system.update.failed',
  ];
  for (const type of types) happenings.see({ type });
  t.same(Object.fromEntries(happenings.runs()), {
    queued: 2,
    completed: 1,
    error: 1,
    cancelled: 1,
    stalled: 1,
  });
  t.same(Object.fromEntries(happenings.updates()), { succeeded: 1, failed: 1 });
});

t.test('maintenance is counted by how often and how long, the one that is on included', async (t) => {
  let now = 1000;
  const happenings = createHappenings(() => now);
  happenings.see({ type: 'maintenance.left' });
  happenings.see({ type: 'maintenance.entered' });
  now += 2500;
  t.equal(happenings.maintenanceSeconds, 2.5);
  happenings.see({ type: 'maintenance.left' });
  now += 9000;
  t.equal(happenings.maintenanceSeconds, 2.5);
  happenings.see({ type: 'maintenance.entered' });
  now += 500;
  t.equal(happenings.maintenanceSeconds, 3);
  t.equal(happenings.maintenances, 2);
});
