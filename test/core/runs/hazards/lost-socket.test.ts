import t from 'tap';
import { event, failing, filesOf, over, running, sampling, start, typesOf, until } from '../house.ts';

for (const how of ['end', 'reset', 'close frame'] as const) {
  t.test(`a socket that is lost in the middle of a run (${how}) loses nothing that matters`, async (t) => {
    const { comfyui, runs, events, told } = await start(t);
    comfyui.hold(2);
    const { prompt_id } = await runs.submit({ prompt: sampling(5) });
    await until(runs, prompt_id, (run) => run.step === 2);
    const since = events.lastId;
    comfyui.dropSockets(how);
    await event(events, 'comfyui.disconnected', since);
    await event(events, 'comfyui.connected', since);
    t.match(
      runs.get(prompt_id),
      { status: 'running', step: 2 },
      'nothing was sent again, and nothing forgotten',
    );
    comfyui.hold(4);
    await until(runs, prompt_id, (run) => run.step === 4);
    comfyui.release();
    const run = await until(runs, prompt_id, over);
    t.match(run, { status: 'completed', percent: 100 });
    t.equal(filesOf(run).length, 1);
    t.same(await typesOf(events, prompt_id), ['job.queued', 'job.started', 'job.completed']);
    t.equal(told.filter(over).length, 1);
  });
}

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

t.test('a run that starts and ends while the socket is away', async (t) => {
  const { comfyui, runs, events } = await start(t);
  comfyui.hold();
  const first = await runs.submit({ prompt: sampling(1) });
  const second = await runs.submit({ prompt: sampling(1) });
  await until(runs, first.prompt_id, running);
  await comfyui.stopListening();
  await event(events, 'comfyui.disconnected');
  comfyui.release();
  await comfyui.idle();
  await comfyui.listenAgain();
  for (const { prompt_id } of [first, second]) {
    const run = await until(runs, prompt_id, over);
    t.match(run, { status: 'completed' });
    t.equal(filesOf(run).length, 1);
    t.same(await typesOf(events, prompt_id), ['job.queued', 'job.started', 'job.completed']);
  }
});

t.test(
  'outputs that were told while the socket was away are not lost, though the success is heard',
  async (t) => {
    const { comfyui, runs, events } = await start(t);
    const one = sampling(4);
    const { '2': sampler, '3': save } = sampling(2);
    // Of the two samplers the one with 2 steps runs first, and its image is saved before the other one goes on.
    const prompt = {
      ...one,
      ...(sampler && { '4': sampler }),
      ...(save && { '5': { ...save, inputs: { images: ['4', 0], filename_prefix: 'two' } } }),
    };
    comfyui.hold();
    const { prompt_id } = await runs.submit({ prompt });
    await until(runs, prompt_id, (run) => run.node_id !== null && run.node_id !== '1');
    comfyui.silence(true);
    comfyui.hold(2);
    await comfyui.settled();
    const since = events.lastId;
    comfyui.dropSockets();
    comfyui.silence(false);
    await event(events, 'comfyui.connected', since);
    t.same(runs.get(prompt_id)?.node_outputs, {}, 'nobody told');
    comfyui.release();
    const run = await until(runs, prompt_id, over);
    t.match(run, { status: 'completed', percent: 100 });
    t.equal(filesOf(run).length, 2);
  },
);
