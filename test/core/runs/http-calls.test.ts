import { EventEmitter, once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { CallFailed, createHttpCalls, type HttpCall } from '../../../core/runs/http-calls.ts';

const LIMITS = { connectTimeoutMs: 5000, maxAnswerBytes: 1024 };
const GET: HttpCall = { method: 'GET', path: '/', headers: {}, body: null, timeoutMs: 5000 };

async function portOf(t: Test, server: Server, host = '127.0.0.1'): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A client of a server that does as `listener` says. */
async function clientOf(t: Test, listener: RequestListener, host = '127.0.0.1') {
  const server = createServer(listener);
  const port = await portOf(t, server, host);
  const calls = createHttpCalls(new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}`), LIMITS);
  t.teardown(calls.close);
  return { calls, server };
}

/** A client of a server that does with each connection, once something was asked on it, as `hear` says. */
async function clientOfTcp(t: Test, hear: (socket: Socket) => void, heard: string[] = []) {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => heard.push(String(bytes)));
    socket.once('data', () => hear(socket));
  });
  const calls = createHttpCalls(new URL(`http://127.0.0.1:${await portOf(t, server)}`), LIMITS);
  t.teardown(calls.close);
  return calls;
}

t.test('any status is an answer, and a redirect is not followed', async (t) => {
  const { calls } = await clientOf(t, (request, response) => {
    response.writeHead(request.url === '/a' ? 302 : 500, { location: '/b' }).end(request.url);
  });
  t.same(await calls.call({ ...GET, path: '/a' }), { status: 302, text: '/a' });
  t.same(await calls.call({ ...GET, path: '/b' }), { status: 500, text: '/b' });
});

t.test('a path goes out as it is written', async (t) => {
  const { calls } = await clientOf(t, (request, response) => void response.end(request.url));
  for (const path of ['/history/..', '/a/../b', '/a%2Fb?c=%20', '//x'])
    t.equal((await calls.call({ ...GET, path })).text, path);
});

t.test('one connection carries one call after the other', async (t) => {
  const { calls, server } = await clientOf(t, (_, response) => void response.end('x'));
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  for (let call = 0; call < 3; call += 1) await calls.call(GET);
  t.equal(connections, 1);
});

t.test(
  'what may not come twice goes over a connection of its own: one that is kept may be ending',
  async (t) => {
    const heard: string[] = [];
    // It says nothing of its closing each connection after one answer.
    const calls = await clientOfTcp(
      t,
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx'),
      heard,
    );
    for (let turn = 0; turn < 5; turn += 1) {
      await calls.call(GET).catch((error: unknown) => t.type(error, CallFailed));
      t.equal((await calls.call({ ...GET, method: 'POST', body: '{}' })).text, 'x');
    }
    t.equal(heard.filter((line) => line.startsWith('POST')).length, 5, 'each came once');
  },
);

t.test('more calls than there are connections wait for each other', async (t) => {
  let open = 0;
  let most = 0;
  const { calls, server } = await clientOf(t, (_, response) => {
    open += 1;
    most = Math.max(most, open);
    setImmediate(() => {
      open -= 1;
      response.end('x');
    });
  });
  const answers = await Promise.all(Array.from({ length: 50 }, () => calls.call(GET)));
  t.equal(answers.length, 50);
  t.ok(most <= 16, `${most}`);
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  await Promise.all(Array.from({ length: 50 }, () => calls.call({ ...GET, method: 'POST', body: '{}' })));
  t.equal(connections, 50, 'those of POST have one each');
  t.ok(most <= 16, `${most}`);
});

t.test('an IPv6 address', async (t) => {
  const { calls } = await clientOf(t, (request, response) => void response.end(request.headers.host), '::1');
  t.match((await calls.call(GET)).text, /^\[::1\]:\d+$/);
});

t.test('a failure says whether the request may have been received', async (t) => {
  const gone = createTcpServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as AddressInfo;
  gone.close();
  await once(gone, 'close');
  const nobody = createHttpCalls(new URL(`http://127.0.0.1:${port}`), LIMITS);
  t.teardown(nobody.close);
  await t.rejects(nobody.call(GET), { name: 'CallFailed', message: 'ECONNREFUSED', maybeReceived: false });

  const table: [name: string, hear: (socket: Socket) => void, call?: Partial<HttpCall>][] = [
    ['it hangs up', (socket) => socket.destroy()],
    ['it is silent', () => {}, { timeoutMs: 50 }],
    ['it talks nonsense', (socket) => socket.write('nonsense\r\n\r\n')],
    [
      'it upgrades unasked',
      (socket) => socket.write('HTTP/1.1 101 Why\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    ],
    [
      'it never ends',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx'),
      { timeoutMs: 50 },
    ],
    ['it is cut off', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx')],
    ['it is too long', (socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${' '.repeat(1025)}`)],
  ];
  for (const [name, hear, call] of table) {
    const calls = await clientOfTcp(t, hear);
    const error = await calls.call({ ...GET, ...call }).catch((reason: unknown) => reason);
    t.ok(error instanceof CallFailed && error.maybeReceived, name);
  }
});

t.test('a close ends what is under way, and what waits', async (t) => {
  let asked = 0;
  const full = new EventEmitter();
  const { calls } = await clientOf(t, () => {
    asked += 1;
    if (asked === 16) full.emit('full');
  });
  const isFull = once(full, 'full');
  const all = Array.from({ length: 20 }, () => calls.call(GET).catch((error: unknown) => error));
  await isFull;
  calls.close();
  for (const error of await Promise.all(all)) t.ok(error instanceof CallFailed);
});

t.test('what cannot be sent is refused, and not thrown at once', async (t) => {
  const { calls } = await clientOf(t, (_, response) => void response.end());
  await t.rejects(calls.call({ ...GET, path: '/a b' }), { name: 'CallFailed', maybeReceived: false });
  await t.rejects(calls.call({ ...GET, headers: { a: 'x\r\ny' } }), { name: 'CallFailed' });
});
