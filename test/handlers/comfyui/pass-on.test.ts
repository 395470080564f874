import { once } from 'node:events';
import { createServer, get as httpGet, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import type { UpstreamRequest } from '../../../core/proxy/upstream.ts';
import { passOn } from '../../../handlers/comfyui/pass-on.ts';
import { bytesOf } from '../../support/byte-stream.ts';
import { startStandIn } from '../../support/comfyui/stand-in.ts';
import { KEY, makeContext, makeRequest } from '../../support/handler.ts';
import { sendRaw } from '../../support/raw.ts';
import { rawUpstream } from '../../support/raw-upstream.ts';
import { WITH_KEY } from '../../support/server.ts';
import { startTestStudio } from '../../support/studio.ts';

const BROWSER = { Accept: 'text/html,*/*;q=0.8', 'Sec-Fetch-Mode': 'navigate' };

/** Not fetch, which says of itself in Sec-Fetch-Mode that it is no navigation. */
async function visit(url: string, headers: Record<string, string> = {}) {
  const [reply] = (await once(httpGet(url, { headers, agent: false }), 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of reply) chunks.push(chunk);
  return { status: reply.statusCode, headers: reply.headers, body: Buffer.concat(chunks).toString() };
}

t.test('ComfyUI is the same through the gate, below /comfyui/ and on its own port', async (t) => {
  const comfyui = await startStandIn();
  t.teardown(() => comfyui.close());
  const studio = await startTestStudio(t, { COMFYUI_URL: comfyui.url, STUDIO_COMFYUI_PORT: '0' });
  comfyui.addFile('output', 'a.png', Buffer.alloc(200_000, 'png'));
  comfyui.addFile('output', 'a.svg', Buffer.from('<svg onload="alert(1)"/>'));
  for (const base of [`${studio.url}/comfyui`, `http://127.0.0.1:${studio.comfyuiPort}`]) {
    const get = (path: string, init: RequestInit = {}) =>
      fetch(base + path, { redirect: 'manual', ...init, headers: { ...WITH_KEY, ...init.headers } });
    const paths = [
      '/',
      '/queue',
      '/api/queue',
      '/system_stats',
      '/view?filename=a.png',
      '/view',
      '/nothing/here',
    ];
    for (const path of paths) {
      const [through, straight] = await Promise.all([get(path), fetch(comfyui.url + path)]);
      t.equal(through.status, straight.status, path);
      t.equal(through.headers.get('content-type'), straight.headers.get('content-type'), path);
      t.equal(through.headers.get('etag'), straight.headers.get('etag'), path);
      t.same(await through.arrayBuffer(), await straight.arrayBuffer(), path);
    }
    const page = await get('/');
    t.equal(
      page.headers.get('content-security-policy'),
      null,
      "the editor brings its own scripts: no policy of Studio's",
    );
    await page.text();

    const part = await get('/view?filename=a.png', { headers: { Range: 'bytes=100-199' } });
    t.equal(part.status, 206);
    t.equal(part.headers.get('content-range'), 'bytes 100-199/200000');
    t.equal((await part.arrayBuffer()).byteLength, 100);
    const whole = await get('/view?filename=a.png', { method: 'HEAD' });
    t.equal(whole.headers.get('content-length'), '200000');
    const again = await get('/view?filename=a.png', {
      headers: { 'If-None-Match': whole.headers.get('etag') ?? '' },
    });
    t.equal(again.status, 304);
    t.equal((await get('/view?filename=a.svg')).headers.get('content-security-policy'), 'sandbox');

    const saved = await get('/api/userdata/workflows%2Fx.json?overwrite=true', {
      method: 'POST',
      body: '{}',
    });
    t.equal(saved.status, 200);
    const form = new FormData();
    form.set('image', new Blob([Buffer.alloc(100_000)]), 'up.png');
    t.equal((await get('/upload/image', { method: 'POST', body: form })).status, 200);
    const prompt = {
      1: { class_type: 'EmptyImage', inputs: { width: 8, height: 8, batch_size: 1, color: 0 } },
    };
    const run = await get('/prompt', { method: 'POST', body: JSON.stringify({ prompt }) });
    t.equal(run.status, 400, 'ComfyUI answers: a workflow without an output');
    t.match(await run.json(), { error: { type: 'prompt_no_outputs' } });
  }
});

t.test('who may come in: a person sees the login page, a program gets JSON', async (t) => {
  const comfyui = await startStandIn();
  t.teardown(() => comfyui.close());
  const studio = await startTestStudio(t, { COMFYUI_URL: comfyui.url, STUDIO_COMFYUI_PORT: '0' });
  const own = `http://127.0.0.1:${studio.comfyuiPort}`;
  const rows: readonly [string, Record<string, string>, number, string | null][] = [
    [`${studio.url}/comfyui/`, BROWSER, 302, '/login?next=%2Fcomfyui%2F'],
    [`${studio.url}/comfyui/`, {}, 401, null],
    [`${studio.url}/comfyui/api/queue`, BROWSER, 401, null],
    [`${studio.url}/comfyui`, WITH_KEY, 308, '/comfyui/'],
    [`${studio.url}/comfyui?a=b`, WITH_KEY, 308, '/comfyui/?a=b'],
    [`${own}/`, BROWSER, 302, '/login?next=%2F'],
    [`${own}/queue`, {}, 401, null],
    [`${own}/api/queue`, BROWSER, 401, null],
    [`${own}/queue`, { Authorization: `Bearer ${KEY}` }, 200, null],
    [`${own}/queue`, { Authorization: `Basic ${Buffer.from(`me:${KEY}`).toString('base64')}` }, 200, null],
    [`${own}/home`, WITH_KEY, 302, '/'],
    [`${own}/login`, {}, 200, null],
    [`${own}/api/health`, {}, 200, null],
    [`${own}/api/admin/queue`, WITH_KEY, 404, null],
    [`${own}/comfyui/queue`, WITH_KEY, 404, null],
  ];
  for (const [url, headers, status, location] of rows) {
    const reply = await visit(url, headers);
    t.equal(reply.status, status, url);
    t.equal(reply.headers.location ?? null, location, url);
    if (status === 401) t.same(JSON.parse(reply.body), { detail: 'Not authenticated' });
  }
  const login = await fetch(`${own}/api/auth/login`, {
    method: 'POST',
    body: JSON.stringify({ api_key: KEY, next: '/' }),
  });
  t.match(await login.json(), { redirect: '/' });
  const cookie = login.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  const byCookie = await visit(`${own}/queue`, { cookie });
  t.equal(byCookie.status, 200);
  t.match(byCookie.headers['set-cookie']?.[0], /^session=authenticated:/, 'the session is renewed');
});

t.test("in maintenance ComfyUI's pages are pages and its API is an API; ComfyUI hears nothing", async (t) => {
  const comfyui = await startStandIn();
  t.teardown(() => comfyui.close());
  const studio = await startTestStudio(t, { COMFYUI_URL: comfyui.url });
  studio.context.maintenance.enter('hand');
  for (const path of ['/comfyui/', '/comfyui/queue', '/comfyui/api/queue']) {
    const api = await fetch(studio.url + path, { headers: WITH_KEY });
    t.equal(api.status, 503, path);
    t.equal(api.headers.get('retry-after'), '3');
    t.match(await api.json(), { detail: /updating/ });
  }
  const page = await visit(`${studio.url}/comfyui/`, { ...WITH_KEY, ...BROWSER });
  t.equal(page.status, 503);
  t.match(page.body, /<h1>Updating/);
  t.notOk(comfyui.requests.some(({ headers }) => headers.accept?.includes('text/html')));
});

t.test('ComfyUI away is 503 with Retry-After, in JSON', async (t) => {
  const studio = await startTestStudio(t);
  const reply = await fetch(`${studio.url}/comfyui/queue`, { headers: WITH_KEY });
  t.equal(reply.status, 503);
  t.equal(reply.headers.get('retry-after'), '3');
  t.match(await reply.json(), { detail: /ComfyUI does not answer/ });
});

t.test('a call to the Manager is judged before it goes, and what was judged is what goes', async (t) => {
  const sent: UpstreamRequest[] = [];
  const context = await makeContext({
    comfyui: {
      async send(request) {
        sent.push(request);
        return { status: 200, fields: [], body: new Uint8Array() };
      },
      close() {},
    },
  });
  const call = async (path: string, body = '', headers: Record<string, string> = {}) => {
    const request = makeRequest({ method: 'POST', path: `/comfyui${path}`, body, headers });
    return passOn('/comfyui')(context, request);
  };
  const task = (kind: string) => `{ "kind" : "${kind}", "n": 12345678901234567890 }`;

  await call('/queue', '{"kind":"evil"}');
  t.equal(sent.at(-1)?.path, '/queue', 'what is no call to it passes');
  await call('/manager/queue/task', task('update'), { 'content-type': 'text/plain' });
  t.same(
    String(await bytesOf(sent.at(-1)?.body ?? new Uint8Array())),
    '{"kind":"update","n":12345678901234567890}',
  );
  t.match(sent.at(-1)?.lines, /^content-type: application\/json\r$/m);

  const before = sent.length;
  const refused: readonly [string, string][] = [
    ['/manager/queue/task', task('evil')],
    ['/manager/queue/task', task('\\u0065vil')],
    ['/api/v2/manager/queue/task', task('evil')],
    ['/manager/queue/task', '{"kind":"evil","kind":"update"}'],
    ['/manager/queue/task', 'not json'],
    ['/manager/queue/task', `"${'x'.repeat(5 * 1024 * 1024)}"`],
    ['/customnode/install/git_url', 'https://evil.example/x'],
  ];
  for (const [path, body] of refused)
    t.match(
      await call(path, body).catch((error: unknown) => error),
      { status: 403 },
      `${path} ${body.slice(0, 40)}`,
    );
  t.equal(sent.length, before, 'nothing of it reached ComfyUI');
  const events = await context.events.latest({ types: ['manager.refused'] });
  t.match(events, [{ severity: 'warning', data: { level: 'normal', ip: '203.0.113.7' } }]);

  await call('/customnode/install/git_url').catch(() => {});
  t.equal(
    (await context.events.latest({ types: ['manager.refused'] })).length,
    events.length,
    'told once a minute',
  );
  context.managerLevel.set('weak');
  await call('/customnode/install/git_url', 'https://good.example/x');
  t.equal(sent.at(-1)?.path, '/customnode/install/git_url', 'a level that allows it holds at once');
  context.managerLevel.set('strong');
  t.match(await call('/manager/reboot').catch((error: unknown) => error), {
    status: 403,
    detail: /"strong"/,
  });
});

t.test('64 MiB up and down, to a slow reader as well, pass without being kept', async (t) => {
  const size = 64 * 1024 * 1024;
  const block = Buffer.alloc(1024 * 1024, 7);
  const upstream = createServer(async (request, response) => {
    let received = 0;
    for await (const chunk of request) received += chunk.length;
    if (request.method === 'POST') return response.end(String(received));
    response.writeHead(200, { 'Content-Length': size });
    for (let sent = 0; sent < size; sent += block.length)
      if (!response.write(block)) await once(response, 'drain');
    response.end();
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  t.teardown(() => upstream.close());
  const { port } = upstream.address() as AddressInfo;
  const studio = await startTestStudio(t, { COMFYUI_URL: `http://127.0.0.1:${port}` });
  const down = async (pauseEach: number) => {
    const reply = await fetch(`${studio.url}/comfyui/big`, { headers: WITH_KEY });
    let received = 0;
    let unpaused = 0;
    for await (const chunk of reply.body ?? []) {
      received += chunk.length;
      unpaused += chunk.length;
      if (unpaused < pauseEach) continue;
      unpaused = 0;
      for (let n = 0; n < 20; n += 1) await new Promise(setImmediate);
    }
    return received;
  };
  const up = async () => {
    let left = size / block.length;
    const body = new ReadableStream({
      pull(controller) {
        if (left-- > 0) controller.enqueue(block);
        else controller.close();
      },
    });
    const init: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: WITH_KEY,
      body,
      duplex: 'half',
    };
    return Number(await (await fetch(`${studio.url}/comfyui/big`, init)).text());
  };
  // The test's own client and upstream are in this process too. A body that was kept would be in memory as a whole, once each
  // for what goes down and up.
  await fetch(`${studio.url}/comfyui/big`, { method: 'POST', headers: WITH_KEY, body: 'warm' });
  const before = process.memoryUsage.rss();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 5);
  t.equal(await down(Number.POSITIVE_INFINITY), size);
  t.equal(await down(1024 * 1024), size);
  t.equal(await up(), size);
  clearInterval(watch);
  t.ok(most - before < size, `it grew by ${Math.round((most - before) / 1024 / 1024)} MiB`);
});

t.test("no node's service worker gets before the login page", async (t) => {
  const comfyui = await startStandIn();
  t.teardown(() => comfyui.close());
  const studio = await startTestStudio(t, { COMFYUI_URL: comfyui.url, STUDIO_COMFYUI_PORT: '0' });
  const statusAt = async (base: string, headers: Record<string, string>) =>
    (await visit(`${base}/queue`, { ...WITH_KEY, ...headers })).status;
  const worker = { 'Service-Worker': 'script' };
  const own = `http://127.0.0.1:${studio.comfyuiPort}`;
  t.equal(await statusAt(own, worker), 403, 'from / it would reach /login');
  t.equal(await statusAt(own, {}), 200);
  t.equal(await statusAt(`${studio.url}/comfyui`, worker), 200, 'from /comfyui/ it does not');
});

t.test('HEAD names a length when ComfyUI does, and none when it does not', async (t) => {
  const raw = await rawUpstream(t, ({ socket }, head) => {
    const length = head.includes('/known') ? 'Content-Length: 7\r\n' : 'Transfer-Encoding: chunked\r\n';
    socket.write(`HTTP/1.1 200 OK\r\n${length}\r\n`);
  });
  const studio = await startTestStudio(t, { COMFYUI_URL: raw.url });
  for (const [path, length] of [
    ['known', '7'],
    ['unknown', undefined],
  ] as const) {
    const { replies } = await sendRaw(
      studio.port,
      `HEAD /comfyui/${path} HTTP/1.1\r\nHost: x\r\nX-API-Key: ${KEY}\r\n\r\n`,
      true,
    );
    t.equal(replies[0]?.status, 200);
    t.equal(replies[0]?.headers.get('content-length'), length, path);
  }
});
