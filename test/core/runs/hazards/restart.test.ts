import t from 'tap';
import { ComfyuiUnreachable } from '../../../../core/runs/runs.ts';
import { spawnStandIn } from '../../../support/comfyui/spawn.ts';
import { startStandIn } from '../../../support/comfyui/stand-in.ts';
import { event, over, queueElsewhere, running, sampling, start, track, until } from '../house.ts';

t.test('ComfyUI may come after Studio', async (t) => {
  const comfyui = await startStandIn({ stepDelayMs: 0 });
  t.teardown(() => comfyui.close());
  await comfyui.stopListening();
  const { runs, events } = track(t, comfyui);
  await event(events, 'comfyui.disconnected');
  t.equal(runs.connected, false);
  await t.rejects(runs.submit({ prompt: sampling(1) }), ComfyuiUnreachable);
  t.same(runs.list(), []);
  await comfyui.listenAgain();
  await event(events, 'comfyui.connected');
  t.equal(runs.connected, true);
  t.same(
    (await events.since(0)).map((event) => event.type),
    ['comfyui.disconnected', 'comfyui.connected'],
    'however many attempts it took',
  );
  const { prompt_id } = await runs.submit({ prompt: sampling(1) });
  t.match(await until(runs, prompt_id, over), { status: 'completed' });
});

t.test('a ComfyUI that restarted and forgot everything leaves stalled runs', async (t) => {
  const { comfyui, runs, events } = await start(t);
  comfyui.hold();
  const first = await runs.submit({ prompt: sampling(3) });
  const second = await runs.submit({ prompt: sampling(3) });
  await until(runs, first.prompt_id, running);
  comfyui.forget();
  t.match(await until(runs, first.prompt_id, over), {
    status: 'stalled',
    error: { message: /lost this run/ },
  });
  t.match(await until(runs, second.prompt_id, over), { status: 'stalled' });
  t.match(await event(events, 'job.stalled'), {
    severity: 'warning',
    data: { prompt_id: first.prompt_id },
  });
});

t.test(
  'lost runs are stalled after two rounds of questions: with the intervals as they are, within 10 s',
  async (t) => {
    const { comfyui, runs, events } = await start(t);
    comfyui.hold();
    const { prompt_id } = await runs.submit({ prompt: sampling(3) });
    await until(runs, prompt_id, running);
    const since = events.lastId;
    await comfyui.stopListening();
    await event(events, 'comfyui.disconnected', since);
    comfyui.forget();
    const asked = new Set(comfyui.requests);
    await comfyui.listenAgain();
    await until(runs, prompt_id, over);
    const rounds = comfyui.requests.filter((request) => request.path === '/queue' && !asked.has(request));
    // 0.3 s until the socket is dialled again, a round at once, and the second 3 s later.
    t.ok(rounds.length <= 2, `${rounds.length} rounds`);
  },
);

t.test('another ComfyUI at the same address: lost runs are stalled, and its own are taken up', async (t) => {
  const { comfyui, runs, events } = await start(t);
  comfyui.hold();
  const { prompt_id } = await runs.submit({ prompt: sampling(3) });
  await until(runs, prompt_id, running);
  const since = events.lastId;
  await comfyui.close();
  await event(events, 'comfyui.disconnected', since);
  const other = await startStandIn({ port: comfyui.port, stepDelayMs: 0 });
  t.teardown(() => other.close());
  other.hold();
  await queueElsewhere(other, 'foreign', sampling(2));
  t.match(await until(runs, prompt_id, over), { status: 'stalled' });
  t.match(await until(runs, 'foreign', running), { total_nodes: 3 });
  const next = await runs.submit({ prompt: sampling(2) });
  other.release();
  t.match(await until(runs, 'foreign', over), { status: 'completed' });
  t.match(await until(runs, next.prompt_id, over), { status: 'completed' });
});

t.test(
  'a ComfyUI that is killed: no close frame, no answer, and nothing left when it comes again',
  async (t) => {
    const killed = await spawnStandIn({ stepMs: 5 });
    t.teardown(() => killed.kill());
    const { runs, events } = track(t, killed);
    await event(events, 'comfyui.connected');
    const done = await runs.submit({ prompt: sampling(1) });
    await until(runs, done.prompt_id, over);
    const { prompt_id } = await runs.submit({ prompt: sampling(1000) });
    await until(runs, prompt_id, (run) => run.step > 1);
    const since = events.lastId;
    await killed.kill();
    await event(events, 'comfyui.disconnected', since);
    const again = await spawnStandIn({ port: killed.port, stepMs: 0 });
    t.teardown(() => again.kill());
    t.match(await until(runs, prompt_id, over), { status: 'stalled' });
    t.match(runs.get(done.prompt_id), { status: 'completed' }, 'what was over stays what it was');
    const next = await runs.submit({ prompt: sampling(1) });
    t.match(await until(runs, next.prompt_id, over), { status: 'completed' });
  },
);
