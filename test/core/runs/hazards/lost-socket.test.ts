import t from 'tap';
import { event, failing, over, running, sampling, start, typesOf, until } from '../house.ts';

t.test('a socket that is dropped in the middle of a run loses nothing that matters', async (t) => {
  const { comfyui, runs, events } = await start(t);
  comfyui.hold(2);
  const { prompt_id } = await runs.submit({ prompt: sampling(4) });
  await until(runs, prompt_id, (run) => run.step === 2);
  const since = events.since(0).at(-1)?.id ?? 0;
  comfyui.dropSockets();
  await event(events, 'comfyui.disconnected', since);
  await event(events, 'comfyui.connected', since);
  comfyui.release();
  t.match(await until(runs, prompt_id, over), { status: 'completed', percent: 100 });
  t.same(typesOf(events, prompt_id), ['job.queued', 'job.started', 'job.completed']);
});

t.test('a run that ends while the socket is away ends by its history', async (t) => {
  for (const [prompt, status] of [
    [sampling(3), 'completed'],
    [failing(), 'error'],
  ] as const) {
    const { comfyui, runs, events } = await start(t);
    comfyui.hold();
    const { prompt_id } = await runs.submit({ prompt });
    await until(runs, prompt_id, running);
    await comfyui.stopListening();
    await event(events, 'comfyui.disconnected');
    comfyui.release();
    await comfyui.idle();
    t.match(runs.get(prompt_id), { status: 'running' }, 'while nobody can be asked, nothing is concluded');
    await comfyui.listenAgain();
    t.match(await until(runs, prompt_id, over), { status });
  }
});
