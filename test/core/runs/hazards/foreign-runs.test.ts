import t from 'tap';
import type { Preview, RunProgress } from '../../../../core/runs/run.ts';
import {
  event,
  failing,
  filesOf,
  over,
  queueElsewhere,
  running,
  sampling,
  start,
  tellComfyui,
  typesOf,
  until,
} from '../house.ts';

t.test('a run that somebody else queues is followed, by asking', async (t) => {
  const { comfyui, runs, events } = await start(t);
  comfyui.hold();
  const seen = new Promise<RunProgress>((resolve) => runs.watch({ progress: resolve }));
  await queueElsewhere(comfyui, 'foreign', sampling(2));
  t.match(await seen, { prompt_id: 'foreign', total_nodes: 3 });
  await until(runs, 'foreign', running);
  comfyui.release();
  const run = await until(runs, 'foreign', over);
  t.match(run, { status: 'completed', percent: 100, node_outputs: { '3': { node_type: 'SaveImage' } } });
  t.equal(filesOf(run).length, 1);
  t.same(await typesOf(events, 'foreign'), ['job.queued', 'job.started', 'job.completed']);
});

t.test('runs of others stand in the list where they stand in the queue', async (t) => {
  const { comfyui, runs } = await start(t);
  comfyui.hold();
  await queueElsewhere(comfyui, 'first', sampling(2));
  await until(runs, 'first', running);
  const ours = await runs.submit({ prompt: sampling(2) });
  await queueElsewhere(comfyui, 'last', sampling(2));
  await queueElsewhere(comfyui, 'pushed in', sampling(2), { client_id: 'editor', front: true });
  for (const id of ['last', 'pushed in']) t.match(await until(runs, id, () => true), { status: 'queued' });
  t.same(
    runs.list().map((run) => run.prompt_id),
    ['first', 'pushed in', ours.prompt_id, 'last'],
  );
});

t.test("somebody else's run that fails says why", async (t) => {
  const { comfyui, runs } = await start(t);
  comfyui.hold();
  await queueElsewhere(comfyui, 'foreign', failing());
  await until(runs, 'foreign', running);
  comfyui.release();
  t.match(await until(runs, 'foreign', over), {
    status: 'error',
    error: { message: 'boom', node_id: '5', node_type: 'FailNode' },
  });
});

t.test('without a client id: progress and previews are heard, the end is found out', async (t) => {
  const { comfyui, runs } = await start(t);
  const previews: Preview[] = [];
  runs.watch({ preview: (preview) => previews.push(preview) });
  comfyui.hold(0);
  await queueElsewhere(comfyui, 'nobody', sampling(3, 'jpeg'), {});
  await until(runs, 'nobody', running);
  comfyui.hold(2);
  t.match(await until(runs, 'nobody', (run) => run.step === 2), { node_id: '2', total_steps: 3 });
  comfyui.release();
  const run = await until(runs, 'nobody', over);
  t.match(run, { status: 'completed', percent: 100 });
  t.equal(filesOf(run).length, 1, 'its outputs were told to nobody, and are known');
  t.same(
    previews.map(({ prompt_id, node_id, mime }) => [prompt_id, node_id, mime]),
    Array(3).fill(['nobody', '2', 'image/jpeg']),
  );
});

t.test('without a client id: an interruption', async (t) => {
  const { comfyui, runs } = await start(t);
  comfyui.hold(1);
  await queueElsewhere(comfyui, 'nobody', sampling(3), {});
  await until(runs, 'nobody', running);
  await tellComfyui(comfyui, '/interrupt', {});
  t.match(await until(runs, 'nobody', over), { status: 'cancelled', error: null });
});

t.test("somebody else's run is interrupted from here, and no other one", async (t) => {
  const { comfyui, runs } = await start(t);
  comfyui.hold();
  await queueElsewhere(comfyui, 'foreign', sampling(3));
  const ours = await runs.submit({ prompt: sampling(1) });
  await until(runs, 'foreign', running);
  t.equal(await runs.cancel('foreign'), true);
  t.match(await until(runs, 'foreign', over), { status: 'cancelled' });
  comfyui.release();
  t.match(await until(runs, ours.prompt_id, over), { status: 'completed' });
});

t.test('a run of ours that somebody else interrupts', async (t) => {
  const { comfyui, runs, events } = await start(t);
  comfyui.hold(1);
  const { prompt_id } = await runs.submit({ prompt: sampling(3) });
  await until(runs, prompt_id, (run) => run.step === 1);
  await tellComfyui(comfyui, '/interrupt', {});
  t.match(await until(runs, prompt_id, over), { status: 'cancelled' });
  await event(events, 'job.cancelled');
});

t.test('a waiting run that somebody else deletes is cancelled, not stalled', async (t) => {
  const { comfyui, runs } = await start(t);
  comfyui.hold();
  const first = await runs.submit({ prompt: sampling(2) });
  const second = await runs.submit({ prompt: sampling(2) });
  await until(runs, first.prompt_id, running);
  await tellComfyui(comfyui, '/queue', { delete: [second.prompt_id] });
  t.match(await until(runs, second.prompt_id, over), { status: 'cancelled' });
  t.match(runs.get(first.prompt_id), { status: 'running' });
});

t.test('a queue that somebody clears: all that waited is cancelled, and what runs goes on', async (t) => {
  const { comfyui, runs } = await start(t);
  comfyui.hold();
  const first = await runs.submit({ prompt: sampling(2) });
  const second = await runs.submit({ prompt: sampling(2) });
  await queueElsewhere(comfyui, 'foreign', sampling(2));
  await until(runs, 'foreign', () => true);
  await until(runs, first.prompt_id, running);
  await tellComfyui(comfyui, '/queue', { clear: true });
  t.match(await until(runs, second.prompt_id, over), { status: 'cancelled', started_at: null });
  t.match(await until(runs, 'foreign', over), { status: 'cancelled', started_at: null });
  comfyui.release();
  t.match(await until(runs, first.prompt_id, over), { status: 'completed' });
});

t.test("other services' keys in a queue item are told to nobody", async (t) => {
  const { comfyui, runs, events, told } = await start(t);
  comfyui.hold();
  const extra_data = { api_key_comfy_org: 'a-foreign-secret', auth_token_comfy_org: 'a-foreign-secret' };
  await queueElsewhere(comfyui, 'foreign', sampling(2), { client_id: 'editor', extra_data });
  await until(runs, 'foreign', running);
  comfyui.release();
  await until(runs, 'foreign', over);
  t.notMatch(JSON.stringify([told, runs.list(), events.since(0)]), /a-foreign-secret/);
});
