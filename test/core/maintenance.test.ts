import t from 'tap';
import { createMaintenance, type MaintenanceChange } from '../../core/maintenance.ts';

t.test('it is off at the start, which is how a restart ends it', async (t) => {
  t.equal(createMaintenance().active, false);
});

t.test(
  'it is on from enter to leave, and each of both is told once, however often it is called',
  async (t) => {
    const told: MaintenanceChange[] = [];
    const maintenance = createMaintenance((change) => told.push(change));
    const other = createMaintenance();
    maintenance.enter('hand', 'A new disk');
    maintenance.enter('hand', 'A new disk');
    t.equal(maintenance.active, true);
    t.same(maintenance.state, { reason: 'hand', message: 'A new disk' });
    t.equal(other.active, false, "and it is nobody else's");
    maintenance.leave('done');
    maintenance.leave('done');
    t.equal(maintenance.active, false);
    t.same(told, [
      { type: 'entered', reason: 'hand', message: 'A new disk' },
      { type: 'left', reason: 'done' },
    ]);
  },
);

t.test('who takes it over while it is on is whose it is', async (t) => {
  const maintenance = createMaintenance();
  maintenance.enter('update');
  maintenance.enter('hand', null);
  t.equal(maintenance.state?.reason, 'hand');
});
