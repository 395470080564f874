import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { type AddressInfo, connect, createServer } from 'node:net';
import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { makePair, writePair } from '../support/certificates.ts';
import { startStandIn } from '../support/comfyui/stand-in.ts';
import { freshFolder } from '../support/fresh-folder.ts';
import { KEY } from '../support/handler.ts';
import { call } from '../support/https.ts';
import { startNginx, withoutNginx } from '../support/nginx.ts';
import { WITH_KEY } from '../support/server.ts';
import { eventOf, startTestStudio } from '../support/studio.ts';

const skip = withoutNginx();
const PAIR = makePair();
const ca = PAIR.certificate;

/** A client's own word, which must not count. */
const FORGED = {
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'http',
};

/** A Studio, a ComfyUI behind it, and nginx in front of it, as it is shipped. */
async function startHouse(t: Test, before?: (port: number) => Promise<number>) {
  const comfyui = await startStandIn();
  t.teardown(() => comfyui.close());
  const studio = await startTestStudio(t, { COMFYUI_URL: comfyui.url, TRUSTED_PROXIES: '127.0.0.1' });
  const studioPort = (await before?.(studio.port)) ?? studio.port;
  const files = writePair(freshFolder(t), PAIR);
  const nginx = await startNginx(t, { studioPort, certificate: files.certificate, key: files.key });
  return { studio, nginx, url: `https://localhost:${nginx.httpsPort}` };
}

t.test('Studio sees who asks, by which name, and that it was over https', { skip }, async (t) => {
  const { studio, nginx, url } = await startHouse(t);
  const logsIn = eventOf(studio.context.events, 'auth.login');
  const welcome = await new Promise<{ status: number; cookie: string }>((resolve, reject) => {
    const sent = request(
      `https://127.0.0.1:${nginx.httpsPort}/api/auth/login`,
      {
        ...{ method: 'POST', ca, agent: false, localAddress: '127.0.0.9' },
        headers: {
          host: `localhost:${nginx.httpsPort}`,
          origin: url,
          ...FORGED,
        },
      },
      (answer) => {
        answer.resume();
        const [cookie = ''] = answer.headers['set-cookie'] ?? [];
        resolve({ status: answer.statusCode ?? 0, cookie: cookie.split(';', 1)[0] ?? '' });
      },
    );
    sent.on('error', reject);
    sent.end(JSON.stringify({ api_key: KEY }));
  });
  t.equal(welcome.status, 200);
  t.match(await logsIn, { data: { ip: '127.0.0.9' } });
  const { cookie } = welcome;
  const session = await call(`${url}/api/auth/session`, { ca, headers: { cookie } });
  t.match(JSON.parse(session.body), { by: 'session' });
  t.equal(session.headers['strict-transport-security'], 'max-age=15768000');
  const logout = async (origin: string) =>
    (await call(`${url}/api/auth/logout`, { ca, method: 'POST', headers: { ...FORGED, cookie, origin } }))
      .status;
  t.equal(await logout(url.replace('https', 'http')), 403, 'the page of plain http is another origin');
  t.equal(await logout('https://evil.example'), 403);
  t.equal(await logout(url), 302);
  const { checks } = await studio.context.posture();
  t.match(
    checks.find(({ id }) => id === 'transport'),
    { state: 'green', found: /https, through a trusted proxy/ },
  );
});

t.test('plain http is led to https', { skip }, async (t) => {
  const { nginx } = await startHouse(t);
  const reply = await fetch(`http://127.0.0.1:${nginx.httpPort}/home?a=b`, { redirect: 'manual' });
  t.equal(reply.status, 308);
  t.equal(reply.headers.get('location'), 'https://studio.example/home?a=b');
});

t.test("Studio's stream and ComfyUI's own socket pass", { skip }, async (t) => {
  const { studio, url } = await startHouse(t);
  const cookie = studio.context.sessions.cookieAt(studio.context.now()).split(';', 1)[0] ?? '';
  const socketOf = (path: string, options: object) => {
    const socket = new WebSocket(`${url.replace('https', 'wss')}${path}`, { ca, ...options });
    t.teardown(() => socket.terminate());
    return socket;
  };
  const stream = socketOf('/api/run/ws', { headers: { cookie }, origin: url });
  await once(stream, 'open');
  const heard = new Promise((resolve) => {
    stream.on('message', (data) => String(data).includes('admin.confirmed') && resolve(true));
  });
  studio.context.events.append({ type: 'admin.confirmed', severity: 'info', message: 'for the test' });
  t.ok(await heard);
  const editor = socketOf('/comfyui/ws?clientId=editor', { headers: WITH_KEY });
  const [first] = (await once(editor, 'message')) as [Buffer];
  t.match(JSON.parse(String(first)), { type: 'status' });
  const foreign = socketOf('/api/run/ws', { headers: { cookie }, origin: 'https://evil.example' });
  const [error] = await once(foreign, 'error');
  t.match(String(error), /403/);
});

t.test('an upload of 20 MiB and its download are whole', { skip }, async (t) => {
  const { url } = await startHouse(t);
  // Larger than what nginx would take by itself.
  const picture = randomBytes(10 * 1024 * 1024).toString('hex');
  const boundary = 'studio-test-boundary';
  const part = 'Content-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png';
  const upload = await call(`${url}/api/run/upload-image`, {
    ...{ ca, method: 'POST' },
    headers: { ...WITH_KEY, 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: `--${boundary}\r\n${part}\r\n\r\n${picture}\r\n--${boundary}--\r\n`,
  });
  t.equal(upload.status, 200, upload.body);
  const { name } = JSON.parse(upload.body) as { name: string };
  const view = await call(`${url}/api/comfyui/view?filename=${name}&type=input`, { ca, headers: WITH_KEY });
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');
  t.equal(digest(view.body), digest(picture));
});

t.test(
  'connections to Studio are kept, and nginx lets go of them before Studio does',
  { skip },
  async (t) => {
    let opened = 0;
    let tellEnd: (who: string) => void = () => {};
    const firstEnd = new Promise<string>((resolve) => {
      tellEnd = resolve;
    });
    // Between the two, to see who ends what.
    const between = async (port: number) => {
      const server = createServer({ allowHalfOpen: true }, (near) => {
        opened += 1;
        const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
        near.on('end', () => tellEnd('nginx'));
        far.on('end', () => tellEnd('Studio'));
        for (const [one, other] of [
          [near, far],
          [far, near],
        ] as const) {
          one.pipe(other);
          one.on('error', () => other.destroy());
          one.on('close', () => other.destroy());
        }
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.teardown(() => server.close());
      return (server.address() as AddressInfo).port;
    };
    const { url } = await startHouse(t, between);
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca });
    t.teardown(() => agent.destroy());
    for (let count = 0; count < 20; count += 1) {
      const status = await new Promise((resolve, reject) => {
        const sent = request(`${url}/api/auth/session`, { agent, headers: WITH_KEY }, (answer) => {
          answer.on('end', () => resolve(answer.statusCode)).resume();
        });
        sent.on('error', reject).end();
      });
      t.equal(status, 200);
    }
    t.equal(opened, 1, 'twenty requests over one connection');
    t.equal(await firstEnd, 'nginx');
    const { status } = await call(`${url}/api/auth/login`, {
      ...{ ca, method: 'POST', headers: { origin: url } },
      body: JSON.stringify({ api_key: KEY }),
    });
    t.equal(status, 200, 'and a login goes over a new one');
  },
);
