import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { loadConfig } from '../../core/config.ts';
import { json } from '../../core/http/reply.ts';
import type { SocketRoute } from '../../core/http/route.ts';
import { KEY } from '../support/handler.ts';
import { row, serveRoutes, WITH_KEY } from '../support/server.ts';
import { startTestStudio } from '../support/studio.ts';
import { get } from './row.ts';
import { parseReplies } from './wire.ts';

const stream: SocketRoute = {
  method: 'WS',
  path: '/api/run/ws',
  access: 'authenticated',
  summary: 'says nothing',
  socket: () => () => {},
};

async function viewer(t: Test, port: number, headers: Record<string, string> = WITH_KEY): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/run/ws`, { headers });
  t.teardown(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

/** The status of a handshake that is refused. */
const refusal = (port: number, headers: Record<string, string> = WITH_KEY): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/run/ws`, { headers });
    socket.on('unexpected-response', (_request, reply) => {
      resolve(reply.statusCode);
      reply.destroy();
    });
    socket.on('open', () => reject(new Error('it was accepted')));
    socket.on('error', () => {});
  });

const closeOf = async (socket: WebSocket): Promise<number> => (await once(socket, 'close'))[0];

async function open(t: Test, port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  t.teardown(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** Whether the connection is served, or was closed instead. */
const isServed = (socket: Socket): Promise<boolean> =>
  new Promise((resolve) => {
    socket.once('data', () => resolve(true));
    socket.once('close', () => resolve(false));
    if (socket.closed) resolve(false);
    socket.write(get('/api/health'));
  });

t.test('STUDIO_MAX_CONNECTIONS: one more is closed at once, those that are there stay', async (t) => {
  const { port, context } = await startTestStudio(t, { STUDIO_MAX_CONNECTIONS: '4' });
  const [first, second] = [await open(t, port), await open(t, port)];
  const watching = await viewer(t, port);
  const third = await open(t, port);
  for (const socket of [first, second, third]) t.ok(await isServed(socket), 'within the limit');
  for (let n = 0; n < 3; n += 1) t.notOk(await isServed(await open(t, port)), 'one too many');
  t.equal(context.refusals.get('connections'), 3);
  t.ok(await isServed(first), 'who is there stays');
  t.equal(watching.readyState, WebSocket.OPEN);

  // A WebSocket is a connection like any other, also when it ends.
  watching.close();
  await once(watching, 'close');
  t.ok(await isServed(await open(t, port)), 'a place that is free is given again');
  t.notOk(await isServed(await open(t, port)));
});

t.test('STUDIO_MAX_CONNECTIONS is for both ports together', async (t) => {
  const studio = await startTestStudio(t, { STUDIO_MAX_CONNECTIONS: '2', STUDIO_COMFYUI_PORT: '0' });
  const comfyuiPort = studio.comfyuiPort ?? 0;
  const here = await open(t, studio.port);
  t.ok(await isServed(here));
  t.ok(await isServed(await open(t, comfyuiPort)));
  for (const port of [studio.port, comfyuiPort]) t.notOk(await isServed(await open(t, port)), 'one too many');
  here.destroy();
  await once(here, 'close');
  // The server may hear of it after the next connection.
  let again = false;
  while (!again) again = await isServed(await open(t, comfyuiPort));
  t.ok(again, 'a place that is free on the one is given on the other');
});

t.test('STUDIO_MAX_VIEWERS_PER_ADDRESS: one more is 429 at the handshake; off by default', async (t) => {
  const config = loadConfig({ STUDIO_MAX_VIEWERS_PER_ADDRESS: '2', TRUSTED_PROXIES: '127.0.0.1' });
  const { port } = await serveRoutes(t, [stream], { config });
  const from = (address: string) => ({ ...WITH_KEY, 'X-Forwarded-For': address });
  const first = await viewer(t, port, from('2001:db8::1'));
  await viewer(t, port, from('2001:db8::2'));
  t.equal(await refusal(port, from('2001:db8::3')), 429, 'an IPv6 customer is a /64');
  t.equal(await refusal(port, from('2001:db8::1')), 429);
  await viewer(t, port, from('2001:db8:0:1::1'));
  await viewer(t, port, from('203.0.113.7'));
  first.close();
  await once(first, 'close');
  await viewer(t, port, from('2001:db8::3'));
  t.equal(await refusal(port, from('2001:db8::1')), 429);

  const unlimited = await serveRoutes(t, [stream]);
  for (let n = 0; n < 20; n += 1) await viewer(t, unlimited.port);
});

t.test('a viewer has nothing to say: 20 messages in 10 s, 4 KiB each, and no more', async (t) => {
  const { port } = await serveRoutes(t, [stream]);
  const talkative = await viewer(t, port);
  for (let n = 0; n < 20; n += 1) talkative.send('x'.repeat(4096));
  talkative.ping();
  t.equal(await closeOf(talkative), 1008);

  const quiet = await viewer(t, port);
  for (let n = 0; n < 20; n += 1) quiet.send('x'.repeat(4096));
  quiet.close(1000);
  t.equal(await closeOf(quiet), 1000, 'the 20th is still heard');

  const pinging = await viewer(t, port);
  for (let n = 0; n < 1000; n += 1) pinging.ping('x'.repeat(125));
  t.equal(await closeOf(pinging), 1008, 'each ping would be answered');

  const ponging = await viewer(t, port);
  for (let n = 0; n < 1000; n += 1) ponging.pong();
  t.equal(await closeOf(ponging), 1008);

  const large = await viewer(t, port);
  large.send('x'.repeat(4097));
  t.equal(await closeOf(large), 1009);

  const huge = await viewer(t, port);
  huge.send('x'.repeat(1_000_000));
  t.ok([1006, 1009].includes(await closeOf(huge)), 'beyond 16 KiB the library drops the connection');
});

t.test('who asks a thousand times and reads nothing gets no more than it takes', async (t) => {
  const large = Buffer.alloc(256 * 1024, 'x');
  const small = 'x'.repeat(500);
  let asked = 0;
  const count = <T>(value: T): T => {
    asked += 1;
    return value;
  };
  const headers = { 'Content-Type': 'text/plain' };
  const { port, url } = await serveRoutes(t, [
    row('/large', () => count({ status: 200, headers, body: large }), { access: 'public' }),
    row('/small', () => count({ status: 200, headers, body: small }), { access: 'public' }),
    row('/api/health', () => json('ok'), { access: 'public' }),
  ]);
  for (const [path, times, most] of [
    ['/large', 5000, 200],
    ['/small', 60_000, 40_000],
  ] as const) {
    asked = 0;
    const socket = await open(t, port);
    socket.pause();
    const closed = once(socket, 'close');
    socket.write(get(path).repeat(times));
    // By the time this is answered, all that had arrived was looked at.
    for (let n = 0; n < 5; n += 1) t.equal((await fetch(`${url}/api/health`)).status, 200);
    t.ok(asked < most, `${path}: ${asked} of ${times} were answered`);
    socket.resume();
    await closed;
  }
});

t.test('a large reply comes whole to a client that reads slowly', async (t) => {
  const body = Buffer.alloc(12 * 1024 * 1024, 'abcdefg');
  const headers = { 'Content-Type': 'text/plain' };
  const text = 'é'.repeat(3 * 1024 * 1024);
  const { port } = await serveRoutes(t, [
    row('/bytes', () => ({ status: 200, headers, body }), { access: 'public' }),
    row('/later', () => Promise.resolve({ status: 200, headers, body }), { access: 'public' }),
    row('/text', () => ({ status: 200, headers, body: text }), { access: 'public' }),
  ]);
  for (const [path, expected] of [
    ['/bytes', body],
    ['/later', body],
    ['/text', Buffer.from(text)],
  ] as const) {
    const socket = await open(t, port);
    socket.write(get(path));
    const received: Buffer[] = [];
    let size = 0;
    for await (const chunk of socket) {
      received.push(chunk);
      size += chunk.length;
      if (size >= expected.length + 200) {
        const bytes = Buffer.concat(received);
        const start = bytes.indexOf('\r\n\r\n') + 4;
        if (bytes.length - start >= expected.length) break;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    const bytes = Buffer.concat(received);
    t.ok(bytes.subarray(bytes.indexOf('\r\n\r\n') + 4).equals(expected), path);
  }
});

t.test('a client that leaves in the middle of a large reply does no harm', async (t) => {
  const body = Buffer.alloc(12 * 1024 * 1024, 'x');
  const { port, url, server } = await serveRoutes(t, [
    row('/bytes', () => ({ status: 200, headers: {}, body }), { access: 'public' }),
    row('/api/health', () => json('ok'), { access: 'public' }),
  ]);
  for (let n = 0; n < 10; n += 1) {
    const socket = await open(t, port);
    socket.write(get('/bytes'));
    await once(socket, 'data');
    socket.resetAndDestroy();
  }
  t.equal((await fetch(`${url}/api/health`)).status, 200);
  const startedAt = Date.now();
  await server.close(20_000);
  t.ok(Date.now() - startedAt < 15_000, 'and a stop does not wait for it');
});

t.test('a burst of wrong keys over one connection is counted one by one', async (t) => {
  const { port, context } = await startTestStudio(t);
  const socket = await open(t, port);
  const wrong = get('/api/auth/session', 'X-API-Key: wrong-key-wrong-key');
  const right = get('/api/auth/session', `X-API-Key: ${KEY}`);
  socket.write(wrong.repeat(20) + right);
  let text = '';
  for await (const chunk of socket) {
    text += chunk;
    if (parseReplies(text).length === 21) break;
  }
  const statuses = parseReplies(text).map(({ status }) => status);
  t.strictSame(
    statuses,
    [...Array(5).fill(401), ...Array(16).fill(429)],
    'the right one is too late as well',
  );
  t.equal((await context.events.since(0)).filter(({ type }) => type === 'auth.throttled').length, 1);
});
