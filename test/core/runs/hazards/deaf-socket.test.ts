import { once } from 'node:events';
import t from 'tap';
import { WebSocket } from 'ws';
import { event, filesOf, over, rounds, running, sampling, start, until } from '../house.ts';

t.test('a socket that is open but deaf is noticed: its runs end, and it is dialled again', async (t) => {
  const { comfyui, runs, events } = await start(t);
  comfyui.hold();
  const { prompt_id } = await runs.submit({ prompt: sampling(3) });
  await until(runs, prompt_id, (run) => run.node_id === '2');
  comfyui.silence(true);
  const since = events.lastId;
  // Two whole rounds of questions without a frame.
  await rounds(comfyui, 2);
  comfyui.release();
  t.match(await until(runs, prompt_id, over), { status: 'completed' });
  comfyui.silence(false);
  await event(events, 'comfyui.connected', since);
});

t.test('the newer of two sockets with one client id, unregistered when the older closes', async (t) => {
  const { comfyui, runs, events } = await start(t);
  const before = events.lastId;
  comfyui.noticeClosing(false);
  comfyui.dropSockets();
  await event(events, 'comfyui.connected', before);
  comfyui.hold(1);
  const { prompt_id } = await runs.submit({ prompt: sampling(3) });
  await until(runs, prompt_id, (run) => run.step === 1);
  // Now the older one is noticed to be gone, and the newer one hears nothing any more.
  comfyui.noticeClosing(true);
  t.equal(comfyui.socketCount, 1, 'the socket is open');
  const since = events.lastId;
  await rounds(comfyui, 2);
  comfyui.release();
  const run = await until(runs, prompt_id, over);
  t.match(run, { status: 'completed', percent: 100 });
  t.equal(filesOf(run).length, 1);
  await event(events, 'comfyui.connected', since);
  comfyui.hold(2);
  const next = await runs.submit({ prompt: sampling(3) });
  t.match(
    await until(runs, next.prompt_id, (run) => run.step === 2),
    { status: 'running' },
    'it hears again',
  );
});

t.test('a client that takes the same client id away and leaves', async (t) => {
  const { comfyui, runs, events } = await start(t);
  const { path } = await comfyui.requested(({ path }) => path.startsWith('/ws'));
  const thief = new WebSocket(comfyui.url.replace('http', 'ws') + path);
  await once(thief, 'open');
  comfyui.hold();
  const { prompt_id } = await runs.submit({ prompt: sampling(3) });
  await until(runs, prompt_id, running);
  const since = events.lastId;
  await rounds(comfyui, 2);
  thief.close();
  comfyui.release();
  t.match(await until(runs, prompt_id, over), { status: 'completed' });
  await event(events, 'comfyui.connected', since);
});
