import type { IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { WebSocket } from 'ws';
import type { SocketRoute } from '../../../core/http/route.ts';
import { TOPICS } from '../../../core/http/topics.ts';
import { sendRaw } from '../../support/raw.ts';
import { serveRoutes, WITH_KEY } from '../../support/server.ts';

const greeting: SocketRoute = {
  method: 'WS',
  path: '/api/run/ws',
  access: 'authenticated',
  summary: 'says hello',
  socket: (_context, request) => (socket) => {
    socket.subscribe(TOPICS.events);
    socket.send(`hello ${socket.caller.by} ${request.query.get('since')}`);
  },
};

/** Resolves to the first message and the handshake's reply, or to the refusal's status. */
function connect(url: string, headers: Record<string, string> = {}) {
  return new Promise<
    { socket: WebSocket; message: string; cookie: string | undefined } | { status: number; body: string }
  >((resolve, reject) => {
    const socket = new WebSocket(url, { headers });
    let cookie: string | undefined;
    socket.on('upgrade', (reply: IncomingMessage) => {
      cookie = reply.headers['set-cookie']?.[0];
    });
    socket.on('message', (data) => resolve({ socket, message: String(data), cookie }));
    socket.on('unexpected-response', (_request, reply) => {
      let body = '';
      reply.on('data', (chunk: Buffer) => {
        body += chunk;
      });
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, body }));
    });
    socket.on('error', reject);
  });
}

const closeOf = (socket: WebSocket) =>
  new Promise<[number, string]>((resolve) =>
    socket.on('close', (code, reason) => resolve([code, String(reason)])),
  );

t.test('the handshake is decided before it is accepted', async (t) => {
  const { port, cookie } = await serveRoutes(t, [greeting]);
  const url = `ws://127.0.0.1:${port}/api/run/ws`;
  const host = `127.0.0.1:${port}`;
  const rows: [string, Record<string, string>, number | string][] = [
    ['nobody', {}, 401],
    ['a wrong key', { 'X-API-Key': 'wrong' }, 401],
    ['a forged cookie', { Cookie: cookie.replace(/.$/, (c) => (c === '0' ? '1' : '0')) }, 401],
    ['a session', { Cookie: cookie }, 'hello session null'],
    ['a session from its own origin', { Cookie: cookie, Origin: `http://${host}` }, 'hello session null'],
    [
      'a session behind a proxy that takes TLS off',
      { Cookie: cookie, Origin: `https://${host}` },
      'hello session null',
    ],
    ['a foreign origin', { Cookie: cookie, Origin: 'https://evil.example' }, 403],
    ['Origin: null', { Cookie: cookie, Origin: 'null' }, 403],
    ['an origin equal but for the port', { Cookie: cookie, Origin: 'http://127.0.0.1:1' }, 403],
    ['a suffix look-alike', { Cookie: cookie, Origin: `http://evil${host}` }, 403],
    ['a prefix look-alike', { Cookie: cookie, Origin: `http://${host}.evil.example` }, 403],
    ['another site, by Sec-Fetch-Site', { Cookie: cookie, 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['the key', WITH_KEY, 'hello key null'],
    ['the key, from anywhere', { ...WITH_KEY, Origin: 'https://elsewhere.example' }, 'hello key null'],
  ];
  for (const [name, headers, expected] of rows) {
    const result = await connect(url, headers);
    if ('status' in result) {
      t.equal(result.status, expected, name);
      t.type(JSON.parse(result.body).detail, 'string');
    } else {
      t.equal(result.message, expected, name);
      result.socket.close();
    }
  }
});

t.test("the 101 renews a session's cookie, and the query reaches the handler", async (t) => {
  const { port, cookie } = await serveRoutes(t, [greeting]);
  const bySession = await connect(`ws://127.0.0.1:${port}/api/run/ws?since=7`, { Cookie: cookie });
  t.match(bySession, {
    message: 'hello session 7',
    cookie: /^session=authenticated:\d+\.[0-9a-f]{64}; Max-Age=86400/,
  });
  const byKey = await connect(`ws://127.0.0.1:${port}/api/run/ws`, WITH_KEY);
  t.match(byKey, { message: 'hello key null', cookie: undefined });
  if ('socket' in bySession) bySession.socket.close();
  if ('socket' in byKey) byKey.socket.close();
});

t.test('what is not a proper handshake is refused, never left hanging', async (t) => {
  const { port } = await serveRoutes(t, [greeting]);
  const key = `X-API-Key: ${WITH_KEY['X-API-Key']}\r\n`;
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
  const nonce = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  const rows: [string, string, number][] = [
    ['no upgrade at all', key, 426],
    ['another version', `${key}${upgrade}${nonce}Sec-WebSocket-Version: 8\r\n`, 426],
    [
      'a key that is not 24 characters',
      `${key}${upgrade}Sec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n`,
      426,
    ],
    ['no Upgrade header', `${key}${nonce}Sec-WebSocket-Version: 13\r\n`, 426],
    ['two keys', `${key}${upgrade}${nonce}${nonce}Sec-WebSocket-Version: 13\r\n`, 400],
    ['two origins', `${key}${upgrade}${nonce}Sec-WebSocket-Version: 13\r\nOrigin: a\r\nOrigin: b\r\n`, 400],
  ];
  for (const [name, headers, status] of rows) {
    const { replies } = await sendRaw(port, `GET /api/run/ws HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
    t.equal(replies[0]?.status, status, name);
  }
});

t.test(
  'what is published reaches every subscriber; rotation closes sessions with 4001 and leaves the key alone',
  async (t) => {
    const { port, cookie, server } = await serveRoutes(t, [greeting]);
    const url = `ws://127.0.0.1:${port}/api/run/ws`;
    const bySession = await connect(url, { Cookie: cookie });
    const byKey = await connect(url, WITH_KEY);
    if (!('socket' in bySession && 'socket' in byKey)) return t.fail('both connect');
    const next = (socket: WebSocket) =>
      new Promise((resolve) => socket.once('message', (data, isBinary) => resolve([String(data), isBinary])));
    const text = Promise.all([next(bySession.socket), next(byKey.socket)]);
    server.publish(['events'], 'news');
    t.same(await text, [
      ['news', false],
      ['news', false],
    ]);
    const binary = next(byKey.socket);
    server.publish(['events'], Buffer.from('bytes'));
    t.same(await binary, ['bytes', true]);

    const closed = closeOf(bySession.socket);
    server.closeSessions('Sessions were rotated');
    t.same(await closed, [4001, 'Sessions were rotated']);
    t.equal(byKey.socket.readyState, WebSocket.OPEN);
    byKey.socket.close();
  },
);

t.test('a stop ends sockets with 1001, lets a pending answer finish, and takes no more', async (t) => {
  let release = (): void => {};
  const asked = new Promise<void>((resolveAsked) => {
    release = resolveAsked;
  });
  let answer = (): void => {};
  const { port, url, server } = await serveRoutes(t, [
    greeting,
    {
      method: 'GET',
      path: '/api/slow',
      access: 'authenticated',
      summary: 'slow',
      handler: () =>
        new Promise((resolve) => {
          answer = () => resolve({ status: 200, headers: {}, body: 'finished' });
          release();
        }),
    },
  ]);
  const viewer = await connect(`ws://127.0.0.1:${port}/api/run/ws`, WITH_KEY);
  if (!('socket' in viewer)) return t.fail('connects');
  const pending = fetch(`${url}/api/slow`, { headers: WITH_KEY });
  await asked;
  const gone = closeOf(viewer.socket);
  const stopped = server.close(5000);
  t.same((await gone)[0], 1001);
  await t.rejects(fetch(`${url}/api/slow`, { headers: WITH_KEY }), 'no new connection');
  answer();
  const reply = await pending;
  t.equal(await reply.text(), 'finished');
  t.equal(reply.headers.get('connection'), 'close');
  await stopped;
});

t.test('an open socket keeps nothing of its handshake', async (t) => {
  let handshake: WeakRef<object> | null = null;
  const watched: SocketRoute = {
    ...greeting,
    socket: (context, request) => {
      handshake = new WeakRef(request);
      return greeting.socket(context, request);
    },
  };
  const { port } = await serveRoutes(t, [watched]);
  const reply = await connect(`ws://127.0.0.1:${port}/api/run/ws`, WITH_KEY);
  if (!('socket' in reply)) return t.fail('it was refused');
  // A WeakRef holds what it was made of, or asked for, until the event loop's next turn.
  await setImmediate();
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  t.not(handshake, null);
  t.equal((handshake as WeakRef<object> | null)?.deref(), undefined);
  reply.socket.close();
});
