import t from 'tap';
import { event, over, running, sampling, start, until } from './house.ts';

t.test('a running run is interrupted, and no other', async (t) => {
  const { comfyui, runs, events } = await start(t);
  comfyui.hold(3);
  const { prompt_id } = await runs.submit({ prompt: sampling(50) });
  const { prompt_id: other } = await runs.submit({ prompt: sampling(2) });
  await until(runs, prompt_id, (run) => run.step === 3);
  t.equal(await runs.cancel(prompt_id), true);
  t.match(await until(runs, prompt_id, over), { status: 'cancelled', error: null });
  t.match(await event(events, 'job.cancelled'), { data: { prompt_id } });
  t.equal(await runs.cancel(prompt_id), false, 'it is over');
  comfyui.release();
  t.match(await until(runs, other, over), { status: 'completed' });
});

t.test('a waiting run is taken out of the queue, and is cancelled when the call returns', async (t) => {
  const { comfyui, runs } = await start(t);
  comfyui.hold();
  const first = await runs.submit({ prompt: sampling(2) });
  const second = await runs.submit({ prompt: sampling(2) });
  await until(runs, first.prompt_id, running);
  t.equal(await runs.cancel(second.prompt_id), true);
  t.match(runs.get(second.prompt_id), { status: 'cancelled', percent: 0, started_at: null });
  comfyui.release();
  t.match(await until(runs, first.prompt_id, over), { status: 'completed' });
});

t.test('a waiting run that starts just before it is deleted is interrupted', async (t) => {
  const { comfyui, runs } = await start(t, { inquiryIntervalMs: 60_000 });
  comfyui.hold();
  // Nothing of its start comes through, so that it still seems to wait.
  comfyui.silence(true);
  const { prompt_id } = await runs.submit({ prompt: sampling(2) });
  await comfyui.settled();
  t.equal(runs.get(prompt_id)?.status, 'queued');
  comfyui.silence(false);
  await runs.cancel(prompt_id);
  t.ok(comfyui.requests.some((request) => request.path.endsWith('/interrupt')));
  t.match(await until(runs, prompt_id, over), { status: 'cancelled' });
});

t.test('what is not known is not cancelled', async (t) => {
  const { runs } = await start(t);
  t.equal(await runs.cancel('no-such-run'), false);
});
