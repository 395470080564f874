import t from 'tap';
import { HttpError } from '../../../core/http/http-error.ts';
import { empty, json } from '../../../core/http/reply.ts';
import { sendRaw } from '../../support/raw.ts';
import { row, serveRoutes, WITH_KEY } from '../../support/server.ts';

const OK = () => json({ status: 'ok' });
const later = <T>(value: T): Promise<T> => new Promise((resolve) => setImmediate(resolve, value));

t.test(
  'a reply carries its status, its body, the security headers, and the renewed cookie for a session only',
  async (t) => {
    const { url, cookie } = await serveRoutes(t, [row('/api/x', OK)]);
    const bySession = await fetch(`${url}/api/x`, { headers: { cookie } });
    t.equal(bySession.status, 200);
    t.same(await bySession.json(), { status: 'ok' });
    t.match(
      bySession.headers.get('set-cookie'),
      /^session=authenticated:\d+\.[0-9a-f]{64}; Max-Age=86400; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    t.match(Object.fromEntries(bySession.headers), {
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'content-type': 'application/json; charset=utf-8',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    const byKey = await fetch(`${url}/api/x`, { headers: WITH_KEY });
    t.equal(byKey.status, 200);
    t.equal(byKey.headers.get('set-cookie'), null);
  },
);

t.test('the cookie is renewed on errors, late answers, 404 and 405 as well', async (t) => {
  const { url, cookie } = await serveRoutes(t, [
    row('/api/late', () => later(json(1))),
    row('/api/refused', () => {
      throw new HttpError(409, 'no');
    }),
    row('/api/late-refused', () => later(null).then(() => Promise.reject(new HttpError(410, 'gone')))),
    row('/api/broken', () => {
      throw new Error('boom');
    }),
    row('/api/posted', OK, { method: 'POST' }),
  ]);
  const rows: [string, string, number][] = [
    ['GET', '/api/late', 200],
    ['GET', '/api/refused', 409],
    ['GET', '/api/late-refused', 410],
    ['GET', '/api/broken', 500],
    ['POST', '/api/posted', 200],
    ['GET', '/api/posted', 405],
    ['GET', '/api/unknown', 404],
    ['GET', '/unknown', 404],
  ];
  for (const [method, path, status] of rows) {
    const reply = await fetch(url + path, { method, headers: { cookie } });
    t.equal(reply.status, status, path);
    t.match(reply.headers.get('set-cookie'), /^session=authenticated:/, path);
    await reply.text();
  }
});

t.test(
  'a handler that throws something else is 500 with a request id, and says nothing of the cause',
  async (t) => {
    const { url } = await serveRoutes(t, [
      row('/api/broken', () => {
        throw new Error('the secret cause');
      }),
    ]);
    const reply = await fetch(`${url}/api/broken`, { headers: WITH_KEY });
    const body = await reply.text();
    t.equal(reply.status, 500);
    t.match(JSON.parse(body), { detail: 'Internal server error', request_id: /^[0-9a-f-]{36}$/ });
    t.notMatch(body, /secret cause/);
  },
);

t.test('a header with a line break is never written', async (t) => {
  const { url } = await serveRoutes(t, [
    row('/api/split', () => empty(302, { Location: '/x\r\nSet-Cookie: a=b' })),
  ]);
  const reply = await fetch(`${url}/api/split`, { headers: WITH_KEY, redirect: 'manual' });
  t.equal(reply.status, 500);
  t.equal(reply.headers.get('set-cookie'), null);
});

t.test('HEAD is GET without the body, with its Content-Length', async (t) => {
  const { port } = await serveRoutes(t, [
    row('/api/x', OK, { access: 'public' }),
    row('/api/late', () => later(json(12345)), { access: 'public' }),
  ]);
  for (const [path, length] of [
    ['/api/x', '15'],
    ['/api/late', '5'],
  ]) {
    const { replies, closed } = await sendRaw(port, `HEAD ${path} HTTP/1.1\r\nHost: x\r\n\r\n`, true);
    t.equal(replies[0]?.status, 200);
    t.equal(replies[0]?.headers.get('content-length'), length);
    t.notOk(closed, 'the connection can be used again');
  }
});

t.test('another method is 405 with Allow, and only for those who may use the path at all', async (t) => {
  const { url } = await serveRoutes(t, [
    row('/api/x', OK),
    row('/api/x', OK, { method: 'POST' }),
    row('/open', OK, { access: 'public' }),
  ]);
  const allowed = await fetch(`${url}/api/x`, { method: 'DELETE', headers: WITH_KEY });
  t.equal(allowed.status, 405);
  t.equal(allowed.headers.get('allow'), 'GET, HEAD, POST');
  t.equal((await fetch(`${url}/api/x`, { method: 'DELETE' })).status, 401);
  t.equal((await fetch(`${url}/open`, { method: 'PUT' })).status, 405);
  t.equal((await fetch(`${url}/api/nothing`)).status, 401, 'an outsider does not learn what exists');
});

t.test('a page navigation without a session goes to the login page, everything else gets 401', async (t) => {
  const { port } = await serveRoutes(t, [row('/home', OK), row('/api/x', OK)]);
  const get = async (target: string, headers: string) =>
    (await sendRaw(port, `GET ${target} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`)).replies[0];
  const asPage = 'Accept: text/html,*/*;q=0.8\r\n';
  for (const headers of [asPage, `${asPage}Sec-Fetch-Mode: navigate\r\n`]) {
    const page = await get('/home?a=1&b=2', headers);
    t.equal(page?.status, 302);
    t.equal(page?.headers.get('location'), `/login?next=${encodeURIComponent('/home?a=1&b=2')}`);
  }
  const rows: [string, string][] = [
    ['/home', ''],
    ['/home', `${asPage}Sec-Fetch-Mode: cors\r\n`],
    ['/api/x', asPage],
  ];
  for (const [target, headers] of rows) {
    const reply = await get(target, headers);
    t.equal(reply?.status, 401);
    t.equal(reply?.body, '{"detail":"Not authenticated"}');
    t.match(reply?.headers.get('www-authenticate'), /^Bearer/);
  }
});

t.test('parameters are decoded, and a path that is not canonical never reaches a handler', async (t) => {
  const seen: unknown[] = [];
  const { port } = await serveRoutes(t, [
    row(
      '/api/item/:id',
      (_context, request) => {
        seen.push(request.params.id);
        return json(1);
      },
      { access: 'public' },
    ),
  ]);
  const status = async (path: string) =>
    (await sendRaw(port, `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)).replies[0]?.status;
  t.equal(await status('/api/item/a%20b'), 200);
  t.same(seen, ['a b']);
  for (const path of [
    '/api/item/..',
    '/api/item/%2e%2e',
    '/api/item/a%2fb',
    '/api/item/a%00',
    '/api//item',
    '/api/item/%zz',
    '/api/item/a;b',
    '/api/item/a\\b',
  ]) {
    t.equal(await status(path), 400, path);
  }
  t.equal(seen.length, 1);
});

t.test('the body arrives whole before the handler, within the limit of its route', async (t) => {
  const { url, port } = await serveRoutes(t, [
    row('/api/size', (_context, request) => json(request.bytes().byteLength), {
      method: 'POST',
      bodyLimit: 1000,
    }),
    row('/api/default', (_context, request) => json(request.bytes().byteLength), { method: 'POST' }),
  ]);
  const post = async (path: string, body: string) => {
    const reply = await fetch(url + path, { method: 'POST', headers: WITH_KEY, body });
    return [reply.status, await reply.json()];
  };
  t.same(await post('/api/size', ''), [200, 0]);
  t.same(await post('/api/size', 'x'.repeat(1000)), [200, 1000]);
  t.same(await post('/api/size', 'x'.repeat(1001)), [413, { detail: 'The body is larger than 1000 bytes' }]);
  t.same(await post('/api/default', 'x'.repeat(1024 * 1024)), [200, 1024 * 1024]);
  const head = `POST /api/size HTTP/1.1\r\nHost: x\r\nX-API-Key: ${WITH_KEY['X-API-Key']}\r\n`;
  const split = await sendRaw(port, [`${head}Content-Length: 10\r\n\r\n12345`, '67890']);
  t.equal(split.replies[0]?.body, '10');
  const chunked = await sendRaw(
    port,
    `${head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n`,
  );
  t.equal(chunked.replies[0]?.body, '11');
  t.ok(chunked.closed, 'a chunked request is the last one of its connection');
  const endless = await sendRaw(
    port,
    `${head}Transfer-Encoding: chunked\r\n\r\n${`400\r\n${'x'.repeat(1024)}\r\n`.repeat(3)}`,
  );
  t.equal(endless.replies[0]?.status, 413);
  t.ok(endless.closed);
});

t.test('a request that is refused has no effect and its connection is closed', async (t) => {
  let runs = 0;
  const { port } = await serveRoutes(t, [
    row(
      '/api/act',
      () => {
        runs += 1;
        return json(1);
      },
      { method: 'POST' },
    ),
  ]);
  const key = `X-API-Key: ${WITH_KEY['X-API-Key']}\r\n`;
  const next = `POST /api/act HTTP/1.1\r\nHost: x\r\n${key}Content-Length: 0\r\n\r\n`;
  const rows: [string, string][] = [
    [
      'differing lengths',
      `POST /api/act HTTP/1.1\r\nHost: x\r\n${key}Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc`,
    ],
    ['no host', `POST /api/act HTTP/1.1\r\n${key}Content-Length: 0\r\n\r\n`],
    [
      'an unknown coding',
      `POST /api/act HTTP/1.1\r\nHost: x\r\n${key}Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n`,
    ],
    ['two keys', `POST /api/act HTTP/1.1\r\nHost: x\r\n${key}${key}Content-Length: 0\r\n\r\n`],
    ['not authenticated', 'POST /api/act HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n'],
  ];
  for (const [name, bytes] of rows) {
    const { replies, closed } = await sendRaw(port, bytes + next);
    t.ok(replies.length <= 1 && (replies[0]?.status ?? 400) >= 400, `${name}: refused`);
    t.ok(closed, `${name}: closed`);
    t.equal(runs, 0, `${name}: nothing ran`);
  }
  t.equal((await sendRaw(port, next)).replies[0]?.status, 200, 'and the server still answers');
  t.equal(runs, 1);
});

t.test('pipelined requests are answered in order', async (t) => {
  const { port } = await serveRoutes(t, [
    row('/api/x/:n', (_context, request) => json(request.params.n), { access: 'public' }),
  ]);
  const { replies } = await sendRaw(
    port,
    [1, 2, 3, 4, 5].map((n) => `GET /api/x/${n} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''),
  );
  t.same(
    replies.map((reply) => reply.body),
    ['"1"', '"2"', '"3"', '"4"', '"5"'],
  );
});

t.test('a client that goes away while its answer is being made does no harm', async (t) => {
  let release = (): void => {};
  const { port, url } = await serveRoutes(t, [
    row(
      '/api/slow',
      () =>
        new Promise((resolve) => {
          release = () => resolve(json(1));
        }),
      { access: 'public' },
    ),
    row('/api/x', OK, { access: 'public' }),
  ]);
  const { replies } = await sendRaw(port, 'GET /api/slow HTTP/1.1\r\nHost: x\r\n\r\n');
  t.equal(replies.length, 0);
  release();
  t.equal((await fetch(`${url}/api/x`)).status, 200);
});

t.test(
  'while maintenance is on, nothing runs: the API gets 503 JSON, everything else the page',
  async (t) => {
    let runs = 0;
    const { url, context } = await serveRoutes(t, [
      row('/api/x', () => {
        runs += 1;
        return json(1);
      }),
    ]);
    context.maintenance.enter('hand');
    const api = await fetch(`${url}/api/x`, { headers: WITH_KEY });
    t.equal(api.status, 503);
    t.equal(api.headers.get('retry-after'), '3');
    t.same(await api.json(), { detail: 'System is updating, please wait...' });
    const page = await fetch(`${url}/home`);
    t.equal(page.status, 503);
    t.match(await page.text(), /Updating\.\.\./);
    t.equal(runs, 0);
    context.maintenance.leave('done');
    t.equal((await fetch(`${url}/api/x`, { headers: WITH_KEY })).status, 200);
  },
);
