import t from 'tap';
import { createTracker } from '../../../core/runs/tracker.ts';
import { startStandIn } from '../../support/comfyui/stand-in.ts';
import { openRecords } from '../../support/records.ts';
import { connected, QUICK, sampling } from './house.ts';
import { silentLog } from './silent-log.ts';

t.test(
  'what is submitted by a tracker that was paused is followed by the one after it, and told once',
  async (t) => {
    const comfyui = await startStandIn({ stepDelayMs: 0 });
    t.teardown(() => comfyui.close());
    const { events, archive } = openRecords();
    const told: string[] = [];
    events.subscribe(({ type }) => type.startsWith('job.') && told.push(type));
    const options = {
      comfyuiUrl: comfyui.url,
      clientId: 'studio',
      archive,
      events,
      log: silentLog,
      ...QUICK,
    };
    const before = createTracker(options);
    t.teardown(() => before.close());
    await connected(before, events);
    comfyui.hold(1);
    const early = await before.submit({ prompt: sampling(3) });
    const waiter = before.ended(early.prompt_id, 60_000);
    await before.pause();

    const after = createTracker(options);
    t.teardown(() => after.close());
    const late = await before.submit({ prompt: sampling(3) });
    comfyui.release();
    for (const { prompt_id } of [early, late]) {
      while (after.get(prompt_id) === undefined) await new Promise((resolve) => setImmediate(resolve));
      t.match(await after.ended(prompt_id, 60_000), { status: 'completed', started_by: 'studio' });
      t.match(before.get(prompt_id), { status: 'completed' }, 'the one before knows it from the records');
      t.match(
        before.list().find((run) => run.prompt_id === prompt_id),
        { status: 'completed' },
      );
    }
    t.match(await waiter, { status: 'completed' }, 'who waited before is told as well');
    before.close();
    t.match(archive.get(late.prompt_id)?.run, { status: 'completed' }, 'and writes nothing over it');
    for (const type of ['job.queued', 'job.started', 'job.completed'])
      t.equal(told.filter((one) => one === type).length, 2, type);
    t.equal(comfyui.doubledSockets, 0);
  },
);

t.test('a tracker that is resumed follows again, and asks for what it missed', async (t) => {
  const comfyui = await startStandIn({ stepDelayMs: 0 });
  t.teardown(() => comfyui.close());
  const { events, archive } = openRecords();
  const runs = createTracker({
    comfyuiUrl: comfyui.url,
    clientId: 'studio',
    archive,
    events,
    log: silentLog,
    ...QUICK,
  });
  t.teardown(() => runs.close());
  await connected(runs, events);
  comfyui.hold(1);
  const { prompt_id } = await runs.submit({ prompt: sampling(3) });
  await runs.pause();
  comfyui.release();
  await comfyui.idle();
  runs.resume();
  t.match(await runs.ended(prompt_id, 60_000), { status: 'completed' });
});
