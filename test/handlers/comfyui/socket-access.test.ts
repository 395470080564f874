import t from 'tap';
import { startStandIn } from '../../support/comfyui/stand-in.ts';
import { answered, bothMounts, ended, serveSockets } from '../../support/gate.ts';
import { KEY } from '../../support/handler.ts';
import { WITH_KEY } from '../../support/server.ts';
import { socketServer } from '../../support/socket-server.ts';
import { dial } from '../../support/speaker.ts';
import { startTestStudio } from '../../support/studio.ts';

t.test('who may not in is told so, and ComfyUI hears nothing of it', async (t) => {
  const comfyui = await startStandIn();
  t.teardown(() => comfyui.close());
  const { studio, mounts } = await bothMounts(t, comfyui.url);
  const { sessions } = studio.context;
  const cookie = sessions.cookieAt(studio.context.now()).split(';', 1)[0] ?? '';
  // Studio's own socket asks things too.
  const callers = () => comfyui.requests.filter(({ path }) => path.endsWith('clientId=caller'));
  const basic = (key: string) => `Basic ${Buffer.from(`anybody:${key}`).toString('base64')}`;
  for (const [name, base] of mounts) {
    const origin = new URL(base).origin.replace('ws:', 'http:');
    const rows: readonly [string, Record<string, string>, number][] = [
      ['nobody', {}, 401],
      ['a wrong key', { 'X-API-Key': 'wrong' }, 401],
      ['a session from elsewhere', { Cookie: cookie, Origin: 'https://evil.example' }, 403],
      ['a session from another port', { Cookie: cookie, Origin: 'http://127.0.0.1:1' }, 403],
      ['a session', { Cookie: cookie, Origin: origin }, 101],
      ['X-API-Key', WITH_KEY, 101],
      ['Bearer', { Authorization: `Bearer ${KEY}` }, 101],
      ['Basic', { Authorization: basic(KEY) }, 101],
    ];
    for (const [who, headers, status] of rows) {
      const before = callers().length;
      const caller = dial(t, `${base}/ws?clientId=caller`, headers);
      await caller.until(answered);
      t.equal(caller.status, status, `${name}: ${who}`);
      if (status !== 101) {
        t.equal(callers().length, before, 'ComfyUI untouched');
        continue;
      }
      await caller.until(({ types }) => types.includes('status'));
      t.equal('set-cookie' in caller.headers, who === 'a session', 'a session is renewed');
      const asked = callers().at(-1);
      t.equal(asked?.headers.authorization, undefined, 'the key stays here');
      caller.socket.close();
      await caller.until(ended);
    }
  }
});

t.test('Manager’s rules hold for a handshake: to its routes it is a GET', async (t) => {
  const comfyui = await socketServer(t);
  const { port, context } = await serveSockets(t, comfyui.url);
  context.managerLevel.set('strong');
  const refused = dial(t, `ws://127.0.0.1:${port}/comfyui/manager/reboot?x=1`, WITH_KEY);
  await refused.until(answered);
  t.equal(refused.status, 403);
  t.equal((await context.events.latest({ types: ['manager.refused'] })).length, 1);
  t.equal(comfyui.requests.length, 0);
  const allowed = dial(t, `ws://127.0.0.1:${port}/comfyui/manager/notice`, WITH_KEY);
  await allowed.until(({ isOpen }) => isOpen);
  t.equal((await comfyui.client(0)).isOpen, true);
});

t.test('viewers of one address are counted together, whatever they watch', async (t) => {
  const comfyui = await socketServer(t);
  const studio = await startTestStudio(t, { COMFYUI_URL: comfyui.url, STUDIO_MAX_VIEWERS_PER_ADDRESS: '2' });
  const base = `ws://127.0.0.1:${studio.port}`;
  const stream = dial(t, `${base}/api/run/ws`, WITH_KEY);
  const editor = dial(t, `${base}/comfyui/ws?clientId=one`, WITH_KEY);
  await Promise.all([stream.until(answered), editor.until(answered)]);
  t.same([stream.status, editor.status], [101, 101]);
  const third = dial(t, `${base}/comfyui/ws?clientId=two`, WITH_KEY);
  await third.until(answered);
  t.equal(third.status, 429);
  editor.socket.terminate();
  const upstream = (await Promise.all([comfyui.client(0), comfyui.client(1)])).find((_, index) =>
    comfyui.requests[index]?.url?.endsWith('one'),
  );
  await upstream?.until(ended);
  const next = dial(t, `${base}/comfyui/ws?clientId=three`, WITH_KEY);
  await next.until(answered);
  t.equal(next.status, 101, 'there is room again');
});

t.test('a session’s socket ends with it, and a stop ends all', async (t) => {
  const comfyui = await socketServer(t);
  let now = Math.floor(Date.now() / 1000);
  const { port, cookie, server } = await serveSockets(t, comfyui.url, { now: () => now });
  const url = `ws://127.0.0.1:${port}/comfyui/ws`;
  const open = async (headers: Record<string, string>) => {
    const editor = dial(t, url, headers);
    await editor.until(({ isOpen }) => isOpen);
    return editor;
  };
  const expiring = await open({ Cookie: cookie });
  const byKey = await open(WITH_KEY);
  const upstream = await comfyui.client(0);
  now += 86_401;
  await expiring.until(ended);
  t.same(expiring.end, { code: 4001, reason: 'The session has expired' });
  await upstream.until(ended);
  t.pass('and ComfyUI’s end with it');

  now -= 86_401;
  const rotated = await open({ Cookie: cookie });
  server.closeSessions('Sessions were rotated');
  await rotated.until(ended);
  t.same(rotated.end, { code: 4001, reason: 'Sessions were rotated' });
  t.ok(byKey.isOpen, 'a key has no session');

  const stopped = server.close(1000);
  await byKey.until(ended);
  t.same(byKey.end, { code: 1001, reason: 'Studio is stopping' });
  await stopped;
});

t.test('maintenance lets none in, and leaves those alone that are open', async (t) => {
  const comfyui = await socketServer(t);
  const { port, context } = await serveSockets(t, comfyui.url);
  const url = `ws://127.0.0.1:${port}/comfyui/ws`;
  const before = dial(t, url, WITH_KEY);
  const upstream = await comfyui.client(0);
  await before.until(({ isOpen }) => isOpen);
  context.maintenance.enter('hand');
  const during = dial(t, url, WITH_KEY);
  await during.until(answered);
  t.equal(during.status, 503);
  upstream.socket.send('still here');
  await before.until(({ texts }) => texts.includes('still here'));
});

t.test('nobody takes Studio’s own socket at ComfyUI from it, by whatever spelling', async (t) => {
  const comfyui = await startStandIn();
  t.teardown(() => comfyui.close());
  const { mounts } = await bothMounts(t, comfyui.url);
  const { path: own } = await comfyui.requested(({ path }) => path.startsWith('/ws?clientId='));
  const id = own.slice('/ws?clientId='.length);
  const handshakes = () => comfyui.requests.filter(({ path }) => path.includes('clientId'));
  for (const [name, base] of mounts) {
    for (const path of [
      `/ws?clientId=${id}`,
      `/api/ws?clientId=${id}`,
      `/ws?clientId=%${id.charCodeAt(0).toString(16)}${id.slice(1)}`,
      `/ws?%63lientId=${id}`,
    ]) {
      const thief = dial(t, `${base}${path}`, WITH_KEY);
      await thief.until(answered);
      t.equal(thief.status, 403, `${name}${path.replace(id, '…')}`);
    }
    const editor = dial(t, `${base}/ws?clientId=${id}0`, WITH_KEY);
    await editor.until(({ types }) => types.includes('status'));
  }
  t.equal(handshakes().length, 1 + mounts.length, 'ComfyUI heard of none of them');
});
