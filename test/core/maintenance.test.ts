import t from 'tap';
import { createMaintenance } from '../../core/maintenance.ts';

t.test('it is off at the start, which is how a restart ends it', async (t) => {
  t.equal(createMaintenance().active, false);
});

t.test('it is on from enter to leave, however often either is called', async (t) => {
  const maintenance = createMaintenance();
  const other = createMaintenance();
  maintenance.enter();
  maintenance.enter();
  t.equal(maintenance.active, true);
  t.equal(other.active, false, "and it is nobody else's");
  maintenance.leave();
  maintenance.leave();
  t.equal(maintenance.active, false);
});
