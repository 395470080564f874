import { once } from 'node:events';
import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { type StandIn, type StandInOptions, startStandIn } from '../support/comfyui/stand-in.ts';
import { failing, invalid, toy, txt2img } from '../support/workflows.ts';

const message = z.looseObject({ type: z.string(), data: z.looseObject({}) });
type Message = z.infer<typeof message>;

t.test('txt2img runs to its end, and its image is a real PNG', async (t) => {
  const standIn = await start(t);
  const { socket, messages } = await listen(t, standIn);
  await post(standIn, txt2img(3));
  await standIn.idle();
  await flushed(socket);
  t.strictSame(
    messages.filter(({ type }) => type === 'executing').map(({ data }) => data.node),
    ['4', '5', '7', '6', '3', '8', '9', null],
  );
  const image = await fetch(`${standIn.url}/view?filename=ComfyUI_00001_.png&type=output`);
  t.equal(image.headers.get('content-type'), 'image/png');
  const bytes = Buffer.from(await image.arrayBuffer());
  t.equal(bytes.toString('latin1', 1, 4), 'PNG');
  t.strictSame([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [512, 512]);
});

t.test('an uploaded image can be loaded', async (t) => {
  const standIn = await start(t);
  standIn.addFile('input', 'mine.png', Buffer.from('any bytes'));
  const prompt = {
    '1': { class_type: 'LoadImage', inputs: { image: 'mine.png' } },
    '2': { class_type: 'PreviewImage', inputs: { images: ['1', 0] } },
  };
  t.equal((await post(standIn, prompt, { prompt_id: 'load' })).status, 200);
  await standIn.idle();
  t.match(await get(standIn, '/history/load'), { load: { status: { status_str: 'success' } } });
});

t.test('prompts are refused, and fail, as asked for', async (t) => {
  const standIn = await start(t);
  const { socket, messages } = await listen(t, standIn);
  t.equal((await post(standIn, invalid)).status, 400);
  t.equal((await post(standIn, failing(1))).status, 200);
  await standIn.idle();
  await flushed(socket);
  t.match(messages.find(({ type }) => type === 'execution_error')?.data, { exception_type: 'ValueError' });
});

t.test('dropSockets ends the TCP without a close frame, with a reset, or as it should be', async (t) => {
  const standIn = await start(t);
  for (const [how, expected] of [
    [undefined, { code: 1006, error: null }],
    ['reset', { code: 1006, error: 'read ECONNRESET' }],
    ['close frame', { code: 1001, error: null }],
  ] as const) {
    const socket = new WebSocket(`${standIn.url.replace('http', 'ws')}/ws`);
    let error: string | null = null;
    // The WebSocket itself does not tell a reset from an end.
    socket.on('upgrade', (response) => {
      response.socket.on('error', (cause) => {
        error = cause.message;
      });
    });
    await once(socket, 'open');
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    standIn.dropSockets(how);
    t.same({ code: await closed, error }, expected, how ?? 'end');
  }
});

t.test('noticeClosing: the older socket, noticed late, unregisters the newer one', async (t) => {
  const standIn = await start(t);
  const { socket: older } = await listen(t, standIn);
  standIn.noticeClosing(false);
  older.terminate();
  await once(older, 'close');
  const { socket, messages } = await listen(t, standIn);
  await post(standIn, toy(1));
  await standIn.idle();
  await flushed(socket);
  t.equal(messages.filter(({ type }) => type === 'execution_success').length, 1, 'it is registered');
  standIn.noticeClosing(true);
  await post(standIn, toy(1));
  await standIn.idle();
  await flushed(socket);
  t.equal(
    messages.filter(({ type }) => type === 'execution_success').length,
    1,
    'it is open, and hears nothing',
  );
});

t.test('holdReplies: what matches is done at once and answered later, the rest is answered', async (t) => {
  const standIn = await start(t);
  const release = standIn.holdReplies(({ method, path }) => method === 'POST' && path === '/prompt');
  let answered = false;
  const reply = post(standIn, toy(1), { prompt_id: 'held' }).then((response) => {
    answered = true;
    return response;
  });
  await standIn.requested(({ path }) => path === '/prompt');
  await standIn.idle();
  t.ok('held' in Object(await get(standIn, '/history')));
  t.equal(answered, false);
  release();
  t.equal((await reply).status, 200);
});

t.test('what is not sent during silence is lost', async (t) => {
  const standIn = await start(t);
  const { socket, messages } = await listen(t, standIn);
  standIn.silence(true);
  socket.ping();
  await post(standIn, toy(1));
  await standIn.idle();
  standIn.silence(false);
  await post(standIn, toy(1));
  await standIn.idle();
  await flushed(socket);
  t.equal(messages.filter(({ type }) => type === 'execution_success').length, 1);
});

t.test('forget: the run is gone, from the queue and from the history', async (t) => {
  const standIn = await start(t);
  const { socket, messages } = await listen(t, standIn);
  standIn.hold(1);
  await post(standIn, toy(3), { prompt_id: 'lost' });
  await post(standIn, toy(3));
  await standIn.settled();
  const closed = once(socket, 'close');
  standIn.forget();
  await closed;
  standIn.release();
  await standIn.idle();
  t.notOk(messages.some(({ type }) => type === 'execution_interrupted' || type === 'execution_success'));
  t.strictSame(await get(standIn, '/queue'), { queue_running: [], queue_pending: [] });
  t.strictSame(await get(standIn, '/history'), {});
  t.match(await (await post(standIn, toy(1))).json(), { number: 0 });
});

t.test('hold stops a run at a step, an interrupt ends it all the same', async (t) => {
  const standIn = await start(t);
  const { socket, messages } = await listen(t, standIn);
  standIn.hold(2);
  await post(standIn, toy(5));
  await standIn.settled();
  await flushed(socket);
  t.equal(messages.filter(({ type }) => type === 'progress').length, 2);
  await fetch(`${standIn.url}/interrupt`, { method: 'POST' });
  await standIn.idle();
  await flushed(socket);
  t.ok(messages.some(({ type }) => type === 'execution_interrupted'));
});

t.test('stopListening refuses connections, listenAgain takes them at the same port', async (t) => {
  const standIn = await start(t);
  const { socket } = await listen(t, standIn);
  const closed = once(socket, 'close');
  await standIn.stopListening();
  await closed;
  await t.rejects(fetch(`${standIn.url}/queue`));
  await standIn.listenAgain();
  t.equal((await fetch(`${standIn.url}/queue`)).status, 200);
});

t.test('delayHttp holds replies back: frames come first', async (t) => {
  const standIn = await start(t);
  const { socket, messages } = await listen(t, standIn);
  standIn.delayHttp(200);
  const reply = post(standIn, toy(1));
  await standIn.requested(({ path }) => path === '/prompt');
  await standIn.idle();
  await flushed(socket);
  t.ok(messages.some(({ type }) => type === 'execution_success'));
  t.equal((await reply).status, 200);
});

t.test('a WebSocket of another origin is refused with 403', async (t) => {
  const standIn = await start(t);
  const url = `${standIn.url.replace('http', 'ws')}/ws`;
  const socket = new WebSocket(url, { origin: 'https://studio.example.com' });
  socket.on('error', () => undefined);
  const [, response] = await once(socket, 'unexpected-response');
  t.equal(response.statusCode, 403);
  socket.terminate();
  const same = new WebSocket(url, { origin: standIn.url });
  await once(same, 'open');
  same.terminate();
});

t.test('requests are kept as they came', async (t) => {
  const standIn = await start(t);
  await listen(t, standIn);
  await fetch(`${standIn.url}/userdata/a%2Fb.json?overwrite=true`, {
    method: 'POST',
    headers: { 'Comfy-User': 'ann' },
    body: '{"a":1}',
  });
  t.match(standIn.requests, [
    { method: 'GET', path: '/ws?clientId=me', headers: { upgrade: 'websocket' } },
    {
      method: 'POST',
      path: '/userdata/a%2Fb.json?overwrite=true',
      headers: { 'comfy-user': 'ann' },
      body: '{"a":1}',
    },
  ]);
});

t.test('close ends a run in the middle and leaves nothing behind', async (t) => {
  const standIn = await startStandIn({ stepDelayMs: 60_000 });
  const { socket } = await listen(t, standIn);
  await post(standIn, toy(5));
  const closed = once(socket, 'close');
  await standIn.close();
  await closed;
  await t.rejects(fetch(standIn.url));
});

async function start(t: Test, options: StandInOptions = { stepDelayMs: 0 }): Promise<StandIn> {
  const standIn = await startStandIn(options);
  t.teardown(() => standIn.close());
  return standIn;
}

/** A client named `me` and the text messages it has got. */
async function listen(t: Test, standIn: StandIn): Promise<{ socket: WebSocket; messages: Message[] }> {
  const socket = new WebSocket(`${standIn.url.replace('http', 'ws')}/ws?clientId=me`);
  t.teardown(() => socket.terminate());
  const messages: Message[] = [];
  socket.on('message', (data, isBinary) => {
    if (!isBinary) messages.push(message.parse(JSON.parse(data.toString())));
  });
  await once(socket, 'open');
  return { socket, messages };
}

/** Resolves when all that was sent before has arrived. */
async function flushed(socket: WebSocket): Promise<void> {
  socket.ping();
  await once(socket, 'pong');
}

function post(standIn: StandIn, prompt: unknown, more: object = {}): Promise<Response> {
  const body = JSON.stringify({ prompt, client_id: 'me', ...more });
  return fetch(`${standIn.url}/prompt`, { method: 'POST', body });
}

async function get(standIn: StandIn, path: string): Promise<unknown> {
  return (await fetch(standIn.url + path)).json();
}
