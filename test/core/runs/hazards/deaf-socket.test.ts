import t from 'tap';
import { event, over, sampling, start, until } from '../house.ts';

t.test('a socket that is open but deaf is noticed: its runs end, and it is dialled again', async (t) => {
  const { comfyui, runs, events } = await start(t);
  comfyui.hold();
  const { prompt_id } = await runs.submit({ prompt: sampling(3) });
  await until(runs, prompt_id, (run) => run.node_id === '2');
  comfyui.silence(true);
  const since = events.since(0).at(-1)?.id ?? 0;
  // Two whole rounds of questions without a frame.
  for (let round = 0; round < 2; round += 1) {
    const asked = comfyui.requests.length;
    await comfyui.requested(
      (request) => request.path.endsWith('/queue') && comfyui.requests.indexOf(request) >= asked,
    );
  }
  comfyui.release();
  t.match(await until(runs, prompt_id, over), { status: 'completed' });
  comfyui.silence(false);
  await event(events, 'comfyui.connected', since);
});
