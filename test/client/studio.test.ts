import t, { type Test } from 'tap';
import { connect, type Message, type RunProgress } from '../../client/index.ts';
import { type StandInOptions, startStandIn } from '../support/comfyui/stand-in.ts';
import { KEY } from '../support/handler.ts';
import { startMisbehavingStudio } from '../support/misbehaving-studio.ts';
import { startTestStudio } from '../support/studio.ts';
import { startSwitch } from '../support/switch.ts';
import { failing, invalid, toy } from '../support/workflows.ts';

/** A real Studio in front of a stand-in, and a client with its key. */
async function startPod(t: Test, options: StandInOptions = { stepDelayMs: 1 }) {
  const comfyui = await startStandIn(options);
  t.teardown(() => comfyui.close());
  const server = await startTestStudio(t, { COMFYUI_URL: comfyui.url });
  const studio = connect({ url: server.url, apiKey: KEY, previews: 'tagged' });
  t.teardown(() => studio.close());
  return { comfyui, server, studio };
}

t.test('a run from its start to its outputs', async (t) => {
  const { studio } = await startPod(t);
  const run = await studio.run(toy());
  t.match(run.started, { prompt_id: run.promptId, node_errors: {} });
  const states: RunProgress[] = [];
  for await (const state of run) states.push(state);
  const last = states.at(-1);
  t.match(last, { prompt_id: run.promptId, status: 'completed', percent: 100 });
  t.ok(
    states.every((state, at) => at === 0 || state.percent >= (states[at - 1]?.percent ?? 0)),
    'never back',
  );
  const files = Object.values(last?.node_outputs ?? {}).flatMap(({ items }) => items);
  t.ok(files.some(({ filename }) => filename.startsWith('rec_')));
  t.same(await run.result(), last, 'it can be asked again when it is over');
});

t.test('a run that fails is a result as well; one that ComfyUI refuses is an error', async (t) => {
  const { studio } = await startPod(t);
  const result = await (await studio.run(failing())).result();
  t.match(result, { status: 'error', error: { message: /boom/ } });
  await t.rejects(studio.run(invalid), {
    name: 'StudioError',
    status: 400,
    body: { node_errors: { 2: {} } },
  });
});

t.test('a run started elsewhere, watched while it goes on and when it is over', async (t) => {
  const { comfyui, server, studio } = await startPod(t);
  comfyui.hold(2);
  const { prompt_id } = await server.context.runs.submit({ prompt: toy() });
  let wasOpen = false;
  for await (const { status } of studio.watch(prompt_id)) {
    if (status !== 'running') continue;
    wasOpen = true;
    comfyui.release();
  }
  t.equal(wasOpen, true);
  const states = [];
  for await (const { status } of studio.watch(prompt_id)) states.push(status);
  t.same(states, ['completed'], 'its last state, at once');
  await t.rejects(studio.watch('nobody knows').result(), { status: 404, detail: 'No such run' });
});

t.test('cancelling ends the loop; leaving it ends nothing but the watching', async (t) => {
  const { comfyui, server, studio } = await startPod(t);
  comfyui.hold(1);
  const run = await studio.run(toy(), { front: true });
  for await (const { status } of run) if (status === 'running') break;
  t.equal(server.context.runs.get(run.promptId)?.status, 'running');
  const result = run.result();
  await run.cancel();
  t.equal((await result).status, 'cancelled');
  await t.rejects(run.cancel(), { status: 409 });
});

t.test('a seed keeps all its digits when the workflow is given as text', async (t) => {
  const { comfyui, studio } = await startPod(t);
  const text = JSON.stringify({ prompt: toy(1, 'none', 7) }).replace(
    '"seed":7',
    '"seed":18446744073709551615',
  );
  await (await studio.run(text)).result();
  const { body } = await comfyui.requested(
    ({ method, path }) => method === 'POST' && path.endsWith('/prompt'),
  );
  t.match(String(body), '18446744073709551615');
});

t.test('messages are a loop over all that comes', async (t) => {
  const { studio } = await startPod(t);
  const seen: Message['type'][] = [];
  let prompt_id = '';
  for await (const message of studio.messages()) {
    seen.push(message.type);
    if (message.type === 'link' && message.link.state === 'live' && prompt_id === '')
      ({ prompt_id } = await studio.start(toy()));
    if (message.type === 'event' && message.event.type === 'job.completed') {
      t.equal(message.event.data.prompt_id, prompt_id);
      break;
    }
  }
  for (const type of ['link', 'event', 'progress', 'preview'] as const) t.ok(seen.includes(type), type);
});

t.test('who am I, and who is not', async (t) => {
  const { server, studio } = await startPod(t);
  t.same(await studio.session(), { by: 'key' });
  const cookie = server.context.sessions.cookieAt(server.context.now()).split(';', 1)[0] ?? '';
  const bySession = connect({ url: server.url, headers: { Cookie: cookie } });
  t.teardown(() => bySession.close());
  t.match(await bySession.session(), { by: 'session', expires_at: Number });
  for await (const message of bySession.messages())
    if (message.type === 'link' && message.link.state === 'live') break;

  const stranger = connect({ url: server.url, apiKey: 'not the key at all' });
  t.teardown(() => stranger.close());
  await t.rejects(stranger.session(), { name: 'StudioError', status: 401 });
  await t.rejects(
    async () => {
      for await (const _ of stranger.messages());
    },
    { status: 401 },
  );
  await t.rejects(stranger.watch('x').result(), { status: 401 });
});

t.test('a run is watched through a restart of Studio', async (t) => {
  const comfyui = await startStandIn({ stepDelayMs: 1 });
  t.teardown(() => comfyui.close());
  const first = await startTestStudio(t, { COMFYUI_URL: comfyui.url });
  const address = await startSwitch(t, first.port);
  const studio = connect({ url: address.url, apiKey: KEY });
  t.teardown(() => studio.close());
  comfyui.hold(2);
  const links: string[] = [];
  studio.listen((message) => {
    if (message.type === 'link') links.push(message.link.state);
  });
  const run = await studio.run(toy());
  let restarting: Promise<void> | null = null;
  let isBack = false;
  let last: RunProgress | undefined;
  for await (const state of run) {
    last = state;
    if (isBack) comfyui.release();
    if (state.step !== 2 || restarting !== null) continue;
    restarting = first.close(0).then(async () => {
      const second = await startTestStudio(t, { COMFYUI_URL: comfyui.url });
      address.turnTo(second.port);
      isBack = true;
    });
  }
  await restarting;
  t.equal(last?.status, 'completed');
  t.ok(links.includes('waiting'));
});

t.test('closing ends every loop, without an error, and a result that will not come with one', async (t) => {
  const { comfyui, studio } = await startPod(t);
  comfyui.hold(1);
  const run = await studio.run(toy());
  const result = t.rejects(run.result(), { status: 0 });
  for await (const { status } of run) if (status === 'running') studio.close();
  await result;
  for await (const _ of studio.messages()) t.fail('nothing comes any more');
  comfyui.release();
});

t.test('a signal ends the watching with its reason', async (t) => {
  const { comfyui, studio } = await startPod(t);
  comfyui.hold(1);
  const controller = new AbortController();
  const run = await studio.run(toy(), { signal: controller.signal });
  const reason = new Error('enough');
  await t.rejects(async () => {
    for await (const { status } of run) if (status === 'running') controller.abort(reason);
  }, reason);
  comfyui.release();
});

t.test('a reader that is slow misses no event', async (t) => {
  const misbehaving = await startMisbehavingStudio(t);
  const studio = connect({ url: misbehaving.url });
  t.teardown(() => studio.close());
  const ids: number[] = [];
  let isTold = false;
  for await (const message of studio.messages()) {
    if (message.type === 'link' && message.link.state === 'live' && !isTold) {
      isTold = true;
      const viewer = await misbehaving.viewer();
      for (let id = 1; id <= 500; id += 1)
        viewer.send({ id, type: 'auth.login', timestamp: new Date(id).toISOString(), data: {} });
      viewer.socket.close(1001);
      const next = await misbehaving.viewer();
      t.equal(next.query.get('since'), '500', 'it was read off the socket all the same');
      next.send({ id: 501, type: 'auth.login', timestamp: new Date(501).toISOString(), data: {} });
    }
    if (message.type === 'event') ids.push(message.event.id);
    if (ids.at(-1) === 501) break;
  }
  t.same(
    ids,
    Array.from({ length: 501 }, (_, at) => at + 1),
  );
});
