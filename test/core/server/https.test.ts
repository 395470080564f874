import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { WebSocket } from 'ws';
import { makePair, writePair } from '../../support/certificates.ts';
import { startStandIn } from '../../support/comfyui/stand-in.ts';
import { freshFolder } from '../../support/fresh-folder.ts';
import { KEY } from '../../support/handler.ts';
import { call } from '../../support/https.ts';
import { WITH_KEY } from '../../support/server.ts';
import { eventOf, startTestStudio } from '../../support/studio.ts';

const PAIR = makePair();
const ca = PAIR.certificate;
const HALF_A_YEAR = 'max-age=15768000';

t.test('every kind of answer over https holds browsers to it', async (t) => {
  const comfyui = await startStandIn();
  t.teardown(() => comfyui.close());
  const { env } = writePair(freshFolder(t), PAIR);
  const studio = await startTestStudio(t, { ...env, COMFYUI_URL: comfyui.url, STUDIO_COMFYUI_PORT: '0' });
  const own = `https://localhost:${studio.comfyuiPort}`;
  // [what, address, status, headers]
  const rows: readonly [string, string, number, Record<string, string>?][] = [
    ['a public answer', `${studio.url}/api/health`, 200],
    ['a page', `${studio.url}/login`, 200, { accept: 'text/html' }],
    ['a file', `${studio.url}/static/icon.svg`, 200],
    ['a refusal', `${studio.url}/api/auth/session`, 401],
    ['what is not clean', `${studio.url}/a//b`, 400],
    ['what is not there', `${studio.url}/api/none`, 404, WITH_KEY],
    ["ComfyUI's own answer", `${studio.url}/comfyui/queue`, 200, WITH_KEY],
    ["ComfyUI's own port", `${own}/queue`, 200, WITH_KEY],
  ];
  for (const [what, url, status, headers] of rows) {
    const answer = await call(url, { ca, headers: headers ?? {} });
    t.equal(answer.status, status, what);
    t.equal(answer.headers['strict-transport-security'], HALF_A_YEAR, what);
  }
});

t.test('Studio knows that it was asked over https: origin, cookie, page and posture', async (t) => {
  const { env } = writePair(freshFolder(t), PAIR);
  const studio = await startTestStudio(t, env);
  const url = `https://localhost:${studio.port}`;
  const login = (origin: string) =>
    call(`${url}/api/auth/login`, {
      ca,
      method: 'POST',
      headers: { origin },
      body: JSON.stringify({ api_key: KEY }),
    });
  const welcome = await login(url);
  t.equal(welcome.status, 200);
  const [cookie = ''] = welcome.headers['set-cookie'] ?? [];
  t.match(cookie, /; Secure/);
  const session = { cookie: cookie.split(';', 1)[0] ?? '' };
  const rotate = (origin: string) =>
    call(`${url}/api/auth/logout`, { ca, method: 'POST', headers: { ...session, origin } });
  t.equal(
    (await rotate(url.replace('https', 'http'))).status,
    403,
    'the page of plain http is another origin',
  );
  t.equal((await rotate(url)).status, 302);
  const page = await call(`${url}/login`, { ca, headers: { accept: 'text/html' } });
  t.match(page.body, /id="plain-http" role="note" hidden/);
  const { checks } = await studio.context.posture();
  t.match(
    checks.filter(({ id }) => id === 'transport' || id === 'certificate'),
    [
      { state: 'green', found: /itself speaks https/ },
      { state: 'green', found: new RegExp(PAIR.fingerprint) },
    ],
  );
  const strange = new WebSocket(`wss://localhost:${studio.port}/api/run/ws`, {
    ca,
    headers: session,
    origin: `http://localhost:${studio.port}`,
  });
  const [error] = await once(strange, 'error');
  t.match(String(error), /403/);
});

t.test('behind a proxy that is trusted its word counts, and without one https does', async (t) => {
  const { env } = writePair(freshFolder(t), PAIR);
  const studio = await startTestStudio(t, { ...env, TRUSTED_PROXIES: '127.0.0.1' });
  const url = `https://127.0.0.1:${studio.port}`;
  const cookie = studio.context.sessions.cookieAt(studio.context.now()).split(';', 1)[0] ?? '';
  const logout = async (origin: string, headers: Record<string, string>) =>
    (await call(`${url}/api/auth/logout`, { ca, method: 'POST', headers: { cookie, origin, ...headers } }))
      .status;
  t.equal(await logout(url, {}), 302);
  t.equal(await logout(url.replace('https', 'http'), {}), 403);
  t.equal(
    await logout('http://pod.example', { 'x-forwarded-proto': 'http', 'x-forwarded-host': 'pod.example' }),
    302,
  );
  t.equal(
    await logout('https://pod.example', { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'pod.example' }),
    302,
  );
});

t.test(
  'with a certificate of its own making: what lies in STUDIO_DIR vouches for it, and browsers are not held to it',
  async (t) => {
    const studioDir = freshFolder(t);
    const studio = await startTestStudio(t, { STUDIO_DIR: studioDir, STUDIO_TLS: 'self-signed' });
    const own = readFileSync(join(studioDir, 'certificate.pem'), 'utf8');
    const answer = await call(`https://localhost:${studio.port}/api/health`, { ca: own });
    t.equal(answer.status, 200);
    t.equal(answer.headers['strict-transport-security'], undefined);
    t.notOk(studio.logged.some((line) => line.includes('PRIVATE KEY')));
  },
);

t.test('a stream and an upload over https', async (t) => {
  const comfyui = await startStandIn();
  t.teardown(() => comfyui.close());
  const { env } = writePair(freshFolder(t), PAIR);
  const studio = await startTestStudio(t, { ...env, COMFYUI_URL: comfyui.url });
  const stream = new WebSocket(`wss://localhost:${studio.port}/api/run/ws`, { ca, headers: WITH_KEY });
  t.teardown(() => stream.terminate());
  await once(stream, 'open');
  const heard = new Promise((resolve) => {
    stream.on('message', (data) => String(data).includes('auth.login') && resolve(true));
  });
  const told = eventOf(studio.context.events, 'auth.login');
  await call(`${studio.url}/api/auth/login`, { ca, method: 'POST', body: JSON.stringify({ api_key: KEY }) });
  await told;
  t.ok(await heard);
  const boundary = 'x'.repeat(30);
  const picture = 'p'.repeat(3 * 1024 * 1024);
  const upload = await call(`${studio.url}/api/run/upload-image`, {
    ca,
    method: 'POST',
    headers: { ...WITH_KEY, 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: `--${boundary}\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n${picture}\r\n--${boundary}--\r\n`,
  });
  t.equal(upload.status, 200, upload.body);
  const { name } = JSON.parse(upload.body) as { name: string };
  const view = await call(`${studio.url}/api/comfyui/view?filename=${name}&type=input`, {
    ca,
    headers: WITH_KEY,
  });
  t.equal(view.body.length, picture.length);
});

t.test('plain http has a port of its own that leads to https', async (t) => {
  const { env } = writePair(freshFolder(t), PAIR);
  const studio = await startTestStudio(t, { ...env, STUDIO_HTTP_REDIRECT_PORT: '0' });
  const reply = await fetch(`http://127.0.0.1:${studio.httpRedirectPort}/home`, { redirect: 'manual' });
  t.equal(reply.status, 308);
  t.equal(reply.headers.get('location'), `https://127.0.0.1:${studio.port}/home`);
});
