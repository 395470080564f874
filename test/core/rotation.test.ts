import { EventEmitter, once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { json } from '../../core/http/reply.ts';
import { freshFolder } from '../support/fresh-folder.ts';
import { KEY } from '../support/handler.ts';
import { row, serveRoutes } from '../support/server.ts';
import { eventOf, startTestStudio, type TestStudio } from '../support/studio.ts';

const OTHER = 'Vq7-another-good-key-Zk31-wmB';

async function login(url: string, api_key: string): Promise<{ status: number; cookie: string }> {
  const reply = await fetch(`${url}/api/auth/login`, { method: 'POST', body: JSON.stringify({ api_key }) });
  return { status: reply.status, cookie: cookieOf(reply) };
}

const cookieOf = (reply: Response) => reply.headers.get('set-cookie')?.split(';', 1)[0] ?? '';

async function statusWith(url: string, headers: Record<string, string>): Promise<number> {
  return (await fetch(`${url}/api/auth/session`, { headers })).status;
}

async function openSocket(url: string, headers: Record<string, string>) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/run/ws`, { headers });
  await once(socket, 'open');
  return { socket, closed: once(socket, 'close').then(([code]: unknown[]) => code) };
}

function rotate(url: string, headers: Record<string, string>, body?: unknown): Promise<Response> {
  return fetch(`${url}/api/admin/sessions/rotate`, {
    method: 'POST',
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

t.test(
  'rotation ends every session and its sockets; who asked by session goes on with a new one',
  async (t) => {
    const studioDir = freshFolder(t);
    const studio = await startTestStudio(t, { STUDIO_DIR: studioDir });
    const { url } = studio;
    const before = readFileSync(join(studioDir, '.session_secret'), 'utf8');
    const { cookie: mine } = await login(url, KEY);
    const { cookie: stolen } = await login(url, KEY);
    const bySession = await openSocket(url, { Cookie: stolen });
    const byKey = await openSocket(url, { 'X-API-Key': KEY });

    const reply = await rotate(url, { Cookie: mine, 'User-Agent': 'browser/1' }, { api_key: KEY });
    t.equal(reply.status, 200);
    const fresh = cookieOf(reply);
    t.equal(await bySession.closed, 4001);
    t.equal(byKey.socket.readyState, WebSocket.OPEN, 'the key is still the key');
    byKey.socket.close();
    for (const old of [mine, stolen]) t.equal(await statusWith(url, { Cookie: old }), 401);
    t.equal(await statusWith(url, { Cookie: fresh }), 200);

    const after = readFileSync(join(studioDir, '.session_secret'), 'utf8');
    t.match(after, /^[0-9a-f]{128}\n$/);
    t.not(after, before);
    t.equal(statSync(join(studioDir, '.session_secret')).mode & 0o777, 0o600);
    const [event] = await studio.context.events.latest({ types: ['auth.sessions.rotated'] });
    t.match(event, { severity: 'warning', data: { ip: '127.0.0.1', user_agent: 'browser/1' } });

    await studio.close(1000);
    const restarted = await startTestStudio(t, { STUDIO_DIR: studioDir });
    t.equal(await statusWith(restarted.url, { Cookie: fresh }), 200, 'the new secret outlives a restart');
    t.equal(await statusWith(restarted.url, { Cookie: stolen }), 401);
  },
);

t.test('a session alone cannot rotate; with the key alone no cookie comes back', async (t) => {
  const { url } = await startTestStudio(t);
  const { cookie } = await login(url, KEY);
  t.equal((await rotate(url, { Cookie: cookie })).status, 403);
  t.equal((await rotate(url, { Cookie: cookie }, { api_key: 'wrong' })).status, 401);
  t.equal(await statusWith(url, { Cookie: cookie }), 200, 'nothing has ended');
  const reply = await rotate(url, { 'X-API-Key': KEY });
  t.equal(reply.status, 200);
  t.equal(reply.headers.get('set-cookie'), null);
  t.equal(await statusWith(url, { Cookie: cookie }), 401);
});

t.test('an answer that was owed when sessions ended renews nothing', async (t) => {
  const studio = await startTestStudio(t);
  const { url, context } = studio;
  const { cookie: stolen } = await login(url, KEY);
  // A body that comes in two parts: the gate has let the request in before the rotation, and must look again after it.
  let send = (_: string | null): void => {};
  const body = new ReadableStream({
    start(controller) {
      send = (part) =>
        part === null ? controller.close() : controller.enqueue(new TextEncoder().encode(part));
    },
  });
  send('{"prompt_ids":');
  const admitted = new Promise<void>((resolve) => {
    const original = context.sessions.callerOf;
    t.intercept(context.sessions, 'callerOf', {
      value(header: string, now: number) {
        const caller = original(header, now);
        if (header === stolen) setImmediate(resolve);
        return caller;
      },
    });
  });
  const pending = fetch(`${url}/api/admin/history/delete`, {
    method: 'POST',
    headers: { Cookie: stolen },
    body,
    duplex: 'half',
  });
  await admitted;
  t.equal((await rotate(url, { 'X-API-Key': KEY })).status, 200);
  send('[]}');
  send(null);
  const reply = await pending;
  t.equal(reply.status, 401);
  t.equal(reply.headers.get('set-cookie'), null);
});

t.test('an answer that is on its way when sessions end is finished, and renews nothing', async (t) => {
  const signals = new EventEmitter();
  const asked = once(signals, 'asked');
  const handler = async () => {
    signals.emit('asked');
    await once(signals, 'answer');
    return json('late');
  };
  const { url, cookie, context } = await serveRoutes(t, [row('/api/slow', handler)]);
  const pending = fetch(`${url}/api/slow`, { headers: { Cookie: cookie } });
  await asked;
  context.sessions.rekey(Buffer.alloc(64, 8), Buffer.alloc(32));
  signals.emit('answer');
  const late = await pending;
  t.equal(await late.json(), 'late');
  t.equal(late.headers.get('set-cookie'), null);
});

t.test('a secret that cannot be written: 507, and every session goes on', async (t) => {
  const studioDir = freshFolder(t);
  const studio = await startTestStudio(t, { STUDIO_DIR: studioDir });
  const { cookie } = await login(studio.url, KEY);
  // Root may write anywhere, so a folder in the file's place it is.
  const path = join(studioDir, '.session_secret');
  rmSync(path);
  mkdirSync(join(path, 'x'), { recursive: true });
  const reply = await rotate(studio.url, { Cookie: cookie }, { api_key: KEY });
  t.equal(reply.status, 507);
  t.match(await reply.json(), { detail: /nothing has changed/ });
  t.equal(await statusWith(studio.url, { Cookie: cookie }), 200);
});

/** A Studio whose key lies in its file. */
async function withKeyFile(t: Test, env: Record<string, string> = {}) {
  const studioDir = freshFolder(t);
  const path = join(studioDir, '.api_key');
  writeFileSync(path, `${KEY}\n`, { mode: 0o600 });
  const studio = await startTestStudio(t, { API_KEY: '', STUDIO_DIR: studioDir, ...env });
  return { studio, url: studio.url, path };
}

async function expectChanged(
  t: Test,
  { url, logged }: TestStudio,
  change: () => void,
  changed: Promise<unknown>,
) {
  const { cookie } = await login(url, KEY);
  const bySession = await openSocket(url, { Cookie: cookie });
  const byKey = await openSocket(url, { 'X-API-Key': KEY });
  change();
  await changed;
  t.same(await Promise.all([bySession.closed, byKey.closed]), [4001, 4001]);
  t.equal(await statusWith(url, { 'X-API-Key': KEY }), 401, 'the old key is refused');
  t.equal(await statusWith(url, { Cookie: cookie }), 401, 'every session has ended');
  t.equal(await statusWith(url, { 'X-API-Key': OTHER }), 200);
  t.equal((await login(url, OTHER)).status, 200);
  t.notOk(logged.some((line) => line.includes(OTHER) || line.includes(KEY)));
}

t.test('a key written into its file is the key from then on, however it is written', async (t) => {
  const ways: Record<string, (path: string) => void> = {
    'in place': (path) => writeFileSync(path, `${OTHER}\n`),
    'by a rename': (path) => {
      writeFileSync(`${path}.new`, OTHER, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
    'deleted and made anew': (path) => {
      rmSync(path);
      writeFileSync(path, OTHER, { mode: 0o600 });
    },
  };
  for (const [way, write] of Object.entries(ways)) {
    const { studio, path } = await withKeyFile(t);
    const changed = eventOf(studio.context.events, 'auth.key.changed');
    await expectChanged(t, studio, () => write(path), changed);
    t.match((await changed).data, { source: path }, way);
  }
});

t.test('the log learns the new key: not even a line that holds it shows it', async (t) => {
  const { studio, path } = await withKeyFile(t);
  const changed = eventOf(studio.context.events, 'auth.key.changed');
  writeFileSync(path, OTHER);
  await changed;
  studio.context.log.warn(`somebody logs ${OTHER}, and ${KEY}`);
  t.match(studio.logged.at(-1), /somebody logs \[redacted\], and \[redacted\]/);
});

t.test('what will not do as a key is refused with a warning, and the old one stays', async (t) => {
  const rows: readonly [string, (path: string) => void, RegExp][] = [
    ['weak', (path) => writeFileSync(path, 'changeme'), /knows from examples.*stays/],
    ['empty', (path) => writeFileSync(path, ''), /no usable key/],
    ['two lines', (path) => writeFileSync(path, `${OTHER}\n${OTHER}`), /no usable key/],
    ['too long', (path) => writeFileSync(path, 'x7'.repeat(100)), /no usable key/],
    ['gone', (path) => rmSync(path), /cannot be read/],
  ];
  for (const [what, write, warning] of rows) {
    const { studio, path, url } = await withKeyFile(t);
    const { cookie } = await login(url, KEY);
    write(path);
    await studio.context.rotation.reload();
    t.match(studio.logged.join(''), warning, what);
    t.equal(await statusWith(url, { 'X-API-Key': KEY }), 200, what);
    t.equal(await statusWith(url, { Cookie: cookie }), 200, what);
  }
});

t.test('a weak key is taken, with a warning, where weak keys are allowed', async (t) => {
  const { studio, path, url } = await withKeyFile(t, { STUDIO_ALLOW_WEAK_KEY: '1' });
  writeFileSync(path, 'changeme');
  await studio.context.rotation.reload();
  t.equal(await statusWith(url, { 'X-API-Key': 'changeme' }), 200);
  t.match(studio.logged.join(''), /Anybody who can reach this port can try it/);
});

t.test('a reload that finds the same key and the same secret ends nothing', async (t) => {
  const { studio, path, url } = await withKeyFile(t);
  const { cookie } = await login(url, KEY);
  writeFileSync(path, `  ${KEY}\n`);
  chmodSync(path, 0o640);
  await studio.context.rotation.reload();
  t.equal(await statusWith(url, { Cookie: cookie }), 200);
  t.same(await studio.context.events.latest({ types: ['auth.key.changed', 'auth.sessions.rotated'] }), []);
});

t.test('a reload after the secret was deleted ends every session, as a restart does', async (t) => {
  const studioDir = freshFolder(t);
  const { url, context } = await startTestStudio(t, { STUDIO_DIR: studioDir });
  const { cookie } = await login(url, KEY);
  const socket = await openSocket(url, { Cookie: cookie });
  rmSync(join(studioDir, '.session_secret'));
  await context.rotation.reload();
  t.equal(await socket.closed, 4001);
  t.equal(await statusWith(url, { Cookie: cookie }), 401);
  t.equal((await context.events.latest({ types: ['auth.sessions.rotated'] })).length, 1);
});

t.test('a key of the environment is not replaced by a file that lies about', async (t) => {
  const studioDir = freshFolder(t);
  const { url, context } = await startTestStudio(t, { STUDIO_DIR: studioDir });
  writeFileSync(join(studioDir, '.api_key'), OTHER);
  await context.rotation.reload();
  t.equal(await statusWith(url, { 'X-API-Key': OTHER }), 401);
  t.equal(await statusWith(url, { 'X-API-Key': KEY }), 200);
});
