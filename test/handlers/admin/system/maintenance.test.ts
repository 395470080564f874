import { createHash } from 'node:crypto';
import { once } from 'node:events';
import t from 'tap';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { KEY } from '../../../support/handler.ts';
import { WITH_KEY } from '../../../support/server.ts';
import { startTestStudio } from '../../../support/studio.ts';

const PATH = '/api/admin/system/maintenance';
const PAGE = { accept: 'text/html', 'sec-fetch-mode': 'navigate' };
const DETAIL = { detail: 'System is updating, please wait...' };
const Event = z.looseObject({ type: z.string(), data: z.record(z.string(), z.unknown()) });

async function start(t: Parameters<typeof startTestStudio>[0]) {
  const studio = await startTestStudio(t, { STUDIO_COMFYUI_PORT: '0' });
  const login = await fetch(`${studio.url}/api/auth/login`, {
    method: 'POST',
    body: JSON.stringify({ api_key: KEY }),
  });
  const cookie = login.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  const put = (body: unknown, headers: Record<string, string> = WITH_KEY) =>
    fetch(studio.url + PATH, { method: 'PUT', headers, body: JSON.stringify(body) });
  return { studio, cookie, put, comfyui: `http://127.0.0.1:${studio.comfyuiPort}` };
}

t.test('during maintenance every API is 503 JSON and every page the page, on both ports', async (t) => {
  const { studio, put, comfyui } = await start(t);
  t.equal((await put({ active: true })).status, 200);
  const rows: readonly [string, Record<string, string>, 'json' | 'page', string?][] = [
    [`${studio.url}/api/auth/session`, WITH_KEY, 'json'],
    [`${studio.url}/api/auth/session`, {}, 'json'],
    [`${studio.url}/api/health`, {}, 'json'],
    [`${studio.url}/api/no-such-path`, {}, 'json'],
    [`${studio.url}${PATH}`, WITH_KEY, 'json', 'GET'],
    [`${studio.url}${PATH}`, WITH_KEY, 'json', 'POST'],
    [`${studio.url}/api/admin/system/update`, WITH_KEY, 'json', 'POST'],
    [`${studio.url}/home`, PAGE, 'page'],
    [`${studio.url}/login`, {}, 'page'],
    [`${studio.url}/static/x.js`, {}, 'page'],
    [`${studio.url}/comfyui`, PAGE, 'page'],
    [`${studio.url}/comfyui/`, PAGE, 'page'],
    [`${studio.url}/comfyui/prompt`, WITH_KEY, 'json', 'POST'],
    [`${studio.url}/comfyui/queue`, WITH_KEY, 'json'],
    [`${studio.url}/comfyui/api/queue`, PAGE, 'json'],
    [`${comfyui}/`, PAGE, 'page'],
    [`${comfyui}/login`, PAGE, 'page'],
    [`${comfyui}/queue`, WITH_KEY, 'json'],
    [`${comfyui}/api/queue`, PAGE, 'json'],
    [`${comfyui}/prompt`, WITH_KEY, 'json', 'POST'],
    [`${comfyui}${PATH}`, WITH_KEY, 'json', 'PUT'],
  ];
  for (const [url, headers, kind, method = 'GET'] of rows) {
    // Not fetch, which sends a Sec-Fetch-Mode of its own.
    const reply = await request(url, { method, headers });
    const name = `${method} ${url} ${Object.keys(headers)}`;
    t.equal(reply.statusCode, 503, name);
    t.equal(reply.headers['retry-after'], '3', name);
    if (kind === 'json') t.same(await reply.body.json(), DETAIL, name);
    else t.match(await reply.body.text(), /Updating\.\.\./, name);
  }
});

t.test(
  'the page needs nothing else, reloads itself every 3 s, and its CSP names its style by hash',
  async (t) => {
    const { studio, put } = await start(t);
    await put({ active: true, message: 'A <b>new</b> disk & "more"' });
    const reply = await fetch(`${studio.url}/home`, { headers: PAGE });
    const page = await reply.text();
    t.match(page, '<meta http-equiv="refresh" content="3">');
    t.notMatch(page, /src=|href=|<script|url\(/);
    t.match(page, 'A &#60;b&#62;new&#60;/b&#62; disk &#38; &#34;more&#34;', 'the owner’s words, as words');
    const style = /<style>(.*)<\/style>/s.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    t.match(reply.headers.get('content-security-policy'), `style-src 'sha256-${hash}'`);
    const api = await fetch(`${studio.url}/api/health`);
    t.same(await api.json(), { ...DETAIL, message: 'A <b>new</b> disk & "more"' });
  },
);

t.test('only the key itself begins or ends it', async (t) => {
  const { studio, cookie, put } = await start(t);
  const health = async () => (await fetch(`${studio.url}/api/health`)).status;
  for (const active of [true, false]) {
    const before = await health();
    t.equal((await put({ active }, {})).status, 401);
    t.equal((await put({ active }, { cookie })).status, 403);
    t.equal((await put({ active, api_key: 'not the key' }, { cookie })).status, 401);
    t.equal((await put({ active: 'yes' })).status, 400);
    t.equal((await put({ active, message: 'x'.repeat(501) })).status, 400);
    t.equal(await health(), before, 'nothing changed');
    const done = await put({ active, api_key: KEY }, { cookie });
    t.equal(done.status, 200);
    t.same(await done.json(), { active, reason: active ? 'hand' : null, message: null });
    t.equal(await health(), active ? 503 : 200);
  }
});

t.test('open sockets go on and are told of the beginning and the end; new ones are refused', async (t) => {
  const { studio, put } = await start(t);
  const url = `${studio.url.replace('http', 'ws')}/api/run/ws`;
  const socket = new WebSocket(url, { headers: WITH_KEY });
  const events: z.infer<typeof Event>[] = [];
  const left = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      const event = Event.safeParse(JSON.parse(String(data)));
      if (event.success) events.push(event.data);
      if (event.data?.type === 'maintenance.left') resolve();
    });
  });
  await once(socket, 'open');
  await put({ active: true, message: 'A new disk' });
  const refused = new WebSocket(url, { headers: WITH_KEY });
  const [, response]: unknown[] = await once(refused, 'unexpected-response');
  t.match(response, { statusCode: 503 });
  await put({ active: false });
  await left;
  t.same(
    events.filter(({ type }) => type.startsWith('maintenance.')).map(({ type, data }) => [type, data]),
    [
      ['maintenance.entered', { reason: 'hand', message: 'A new disk' }],
      ['maintenance.left', { reason: 'it was ended by hand' }],
    ],
  );
  t.equal(socket.readyState, WebSocket.OPEN);
  socket.close();
});
