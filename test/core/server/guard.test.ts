import t from 'tap';
import { WebSocket } from 'ws';
import { json } from '../../../core/http/reply.ts';
import type { SocketRoute } from '../../../core/http/route.ts';
import { createGuard, REFUSALS, readLines } from '../../../core/server/guard.ts';
import { makeRequest } from '../../support/handler.ts';
import { sendRaw } from '../../support/raw.ts';
import { row, serveRoutes, WITH_KEY } from '../../support/server.ts';
import { startTestStudio } from '../../support/studio.ts';

const HOST = { host: 'studio' };

t.test('a GET without a body is judged by its target and its Host', async (t) => {
  const { judge } = createGuard();
  const get = (path: string, query = '', headers: Record<string, string> = HOST) =>
    judge(makeRequest({ path, query, headers }), null);
  t.equal(get('/api/x'), null);
  t.equal(get('/api/x', 'a=b'), null);
  t.equal(get('/api//x'), 'target');
  t.equal(get('/api/x', 'a#b'), 'target');
  t.equal(get('/api/x', '', {}), 'host');
  t.equal(get('/api/x', '', { host: 'a b' }), 'host');
  t.equal(judge(makeRequest({ method: 'HEAD', path: '/', headers: HOST }), null), null);
  t.equal(judge(makeRequest({ path: '//', headers: HOST }), '//'), null, "a route's own path is canonical");
});

t.test('all else is to be judged by all of its lines', async (t) => {
  const { judge } = createGuard();
  const rows: [string, Record<string, string>][] = [
    ['GET', { 'content-length': '0' }],
    ['GET', { 'transfer-encoding': 'x' }],
    ['HEAD', { 'content-length': '5' }],
    ['POST', {}],
    ['OPTIONS', {}],
  ];
  for (const [method, headers] of rows)
    t.equal(judge(makeRequest({ method, headers }), null), 'lines', method);
  for (const method of ['get', 'BREW', '']) t.equal(judge(makeRequest({ method }), null), 'method', method);
});

t.test('a Host that was found clean is remembered, and no other for it', async (t) => {
  const { judge } = createGuard();
  for (const [host, expected] of [
    ['studio:8000', null],
    ['studio:8000', null],
    ['', 'host'],
    ['studio@evil', 'host'],
    ['studio:8000', null],
    ['[::1]:8000', null],
  ] as const) {
    t.equal(judge(makeRequest({ headers: { host } }), null), expected, host);
  }
});

t.test('a header whose name has _ goes no further: somebody behind would read it as -', async (t) => {
  const lines = [
    ['host', 'studio'],
    ['x_api_key', 'a'],
    ['transfer_encoding', 'chunked'],
    ['accept', 'a'],
    ['accept', 'b'],
    ['cookie', 'a'],
    ['cookie', 'b'],
  ] as const;
  const { headers, hasDuplicate } = readLines({
    forEach(call) {
      for (const [name, value] of lines) call(name, value);
    },
  });
  t.same(Object.fromEntries(headers), { host: 'studio', accept: 'a, b', cookie: 'a' });
  t.ok(hasDuplicate, 'two Cookie lines');
});

t.test('refusals are counted by reason, and logged at debug level only', async (t) => {
  const { port, context, logged } = await startTestStudio(t);
  const get = 'GET /api/health HTTP/1.1\r\nHost: x\r\n';
  const requests = [
    'GET //x HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET / HTTP/1.1\r\nHost:\r\n\r\n',
    `${get}Content-Length: 0\r\nContent-Length: 0\r\n\r\n`,
    'POST /x HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n',
    `${get}Transfer-Encoding: gzip\r\n\r\n`,
    'BREW / HTTP/1.1\r\nHost: x\r\n\r\n',
    // Of a handshake as well.
    'GET /api/run/ws?# HTTP/1.1\r\nHost: x\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  ];
  for (const request of requests) {
    const { replies, closed } = await sendRaw(port, request);
    t.ok(closed);
    t.type(JSON.parse(replies[0]?.body ?? '').detail, 'string');
    t.equal(replies[0]?.headers.get('connection'), 'close');
  }
  t.same(Object.fromEntries(context.refusals), {
    target: 3,
    host: 1,
    duplicate: 1,
    length: 1,
    coding: 1,
    method: 1,
  });
  const lines = logged.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request refused');
  t.same(
    lines.map(({ level }) => level),
    requests.map(() => 20),
  );
  for (const { refusal } of lines) t.ok(refusal in REFUSALS);
});

t.test('an exception ends its own request, never the process', async (t) => {
  const errors: unknown[] = [];
  const failing: SocketRoute = {
    method: 'WS',
    path: '/ws',
    access: 'authenticated',
    summary: 'fails',
    socket: () => () => {
      throw new Error('boom');
    },
  };
  const { url, port, context } = await serveRoutes(t, [
    failing,
    row('/api/x', () => json(1)),
    row('/api/nothing', () => JSON.parse('null')),
    row('/api/nothing-later', () => Promise.resolve(JSON.parse('null'))),
    row('/api/split-later', () => Promise.resolve({ status: 200, headers: { X: 'a\nb' }, body: '' })),
    row('/api/posted', () => JSON.parse('null'), { method: 'POST' }),
  ]);
  const { error } = context.log;
  context.log.error = (...what: unknown[]) => errors.push(what);
  t.teardown(() => {
    context.log.error = error;
  });
  const get = (path: string, init: RequestInit = {}) => fetch(url + path, { ...init, headers: WITH_KEY });
  t.equal((await get('/api/nothing')).status, 500);
  t.equal((await get('/api/nothing-later')).status, 500);
  t.equal((await get('/api/split-later')).status, 500);
  t.equal((await get('/api/posted', { method: 'POST', body: 'x' })).status, 500);
  const code = await new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: WITH_KEY });
    socket.on('close', resolve);
  });
  t.equal(code, 1011);
  t.equal(errors.length, 5, 'each is logged');

  // A gate that fails: nothing was decided, so nothing is answered.
  const broken = await serveRoutes(t, [failing, row('/api/x', () => json(1))], {
    gate: {
      ...context.gate,
      decideAccess() {
        throw new Error('boom');
      },
    },
  });
  await t.rejects(fetch(`${broken.url}/api/x`));
  await t.rejects(fetch(`${broken.url}/api/x`, { method: 'POST', body: 'x' }));
  await new Promise<void>((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${broken.port}/ws`, { headers: WITH_KEY });
    socket.on('error', () => resolve());
  });
  t.equal((await get('/api/x')).status, 200);
});
