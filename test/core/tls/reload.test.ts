import { once } from 'node:events';
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
