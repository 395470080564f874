import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import t from 'tap';
import { WebSocket } from 'ws';
import { makePair, writePair } from '../../support/certificates.ts';
import { freshFolder } from '../../support/fresh-folder.ts';
import { connectSecurely } from '../../support/https.ts';
import { WITH_KEY } from '../../support/server.ts';
import { eventOf, startTestStudio } from '../../support/studio.ts';

t.test('a new pair is for new connections; those that are open go on, the live stream as well', async (t) => {
  const folder = freshFolder(t);
  const [old, next] = [makePair(), makePair()];
  const { env } = writePair(folder, old);
  const studio = await startTestStudio(t, { ...env, STUDIO_COMFYUI_PORT: '0' });
  const { events } = studio.context;
  const open = await connectSecurely(t, studio.port);
  t.equal(open.fingerprint, old.fingerprint);
  t.match(await open.ask(), /200/);
  const stream = new WebSocket(`${studio.url.replace('https', 'wss')}/api/run/ws`, {
    headers: WITH_KEY,
    ca: old.certificate,
  });
  t.teardown(() => stream.terminate());
  await once(stream, 'open');
  let closed = false;
  stream.on('close', () => {
    closed = true;
  });

  const heard = new Promise((resolve) => {
    stream.on('message', (data) => String(data).includes('certificate.changed') && resolve(true));
  });
  const changed = eventOf(events, 'certificate.changed');
  writePair(folder, next);
  t.match(await changed, { severity: 'success', data: { fingerprint: next.fingerprint } });
  t.ok(await heard, 'the open stream is told');

  const fresh = await connectSecurely(t, studio.port);
  t.equal(fresh.fingerprint, next.fingerprint);
  t.match(await fresh.ask(), /200/);
  t.equal((await connectSecurely(t, studio.comfyuiPort ?? 0)).fingerprint, next.fingerprint);
  t.match(await open.ask(), /200/, 'the connection of before answers');
  t.notOk(closed);
  // Published to the streams of both.
  const second = new WebSocket(`${studio.url.replace('https', 'wss')}/api/run/ws`, {
    headers: WITH_KEY,
    ca: next.certificate,
  });
  t.teardown(() => second.terminate());
  await once(second, 'open');
  const both = [stream, second].map(
    (socket) =>
      new Promise((resolve) => {
        socket.on('message', (data) => String(data).includes('admin.confirmed') && resolve(true));
      }),
  );
  events.append({ type: 'admin.confirmed', severity: 'info', message: 'for the test' });
  t.same(await Promise.all(both), [true, true]);
});

t.test(
  'a pair that will not do leaves the old one in use, and log, events and posture say so until it is mended',
  async (t) => {
    const folder = freshFolder(t);
    const [old, next] = [makePair(), makePair()];
    const { certificate, key, env } = writePair(folder, old);
    const studio = await startTestStudio(t, env);
    const { events, posture } = studio.context;
    const refused = eventOf(events, 'certificate.refused');
    writeFileSync(certificate, next.certificate);
    t.match(await refused, { severity: 'error', data: { reason: /is not that of the first certificate/ } });
    t.equal((await connectSecurely(t, studio.port)).fingerprint, old.fingerprint);
    t.ok(studio.logged.some((line) => line.includes('the old one stays in use')));
    const check = async () => (await posture()).checks.find(({ id }) => id === 'certificate');
    t.match(await check(), { state: 'amber', found: /is not that of the first certificate/ });

    const changed = eventOf(events, 'certificate.changed');
    writeFileSync(key, next.key);
    t.match(await changed, { data: { fingerprint: next.fingerprint } });
    t.equal((await connectSecurely(t, studio.port)).fingerprint, next.fingerprint);
    t.equal(studio.tls?.state.refused, null);
  },
);

t.test('one that has ended does not take the place of one that has not', async (t) => {
  const folder = freshFolder(t);
  const old = makePair();
  const { env } = writePair(folder, old);
  const studio = await startTestStudio(t, env);
  const refused = eventOf(studio.context.events, 'certificate.refused');
  writePair(folder, makePair(-1));
  t.match(await refused, { data: { reason: /has ended on/ } });
  t.equal((await connectSecurely(t, studio.port)).fingerprint, old.fingerprint);
  writePair(folder, old);
  studio.tls?.look();
  t.equal(studio.tls?.state.refused, null, 'the old one is back in the files');
});

t.test('what cannot be used at the start ends it, with every reason in words', async (t) => {
  const folder = freshFolder(t);
  const { certificate, env } = writePair(folder, makePair());
  writeFileSync(certificate, makePair().certificate);
  await t.rejects(startTestStudio(t, env), {
    name: 'StartupError',
    message: /^STUDIO_TLS_CERT, STUDIO_TLS_KEY: the key in .* is not that of the first certificate/,
  });
});
