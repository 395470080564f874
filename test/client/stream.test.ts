import { once } from 'node:events';
import t, { type Test } from 'tap';
import { type ConnectOptions, createClient } from '../../client/client.ts';
import { dialInNode } from '../../client/node-socket.ts';
import type { Timing } from '../../client/retry.ts';
import type { Dial } from '../../client/socket.ts';
import { type MisbehavingStudio, startMisbehavingStudio } from '../support/misbehaving-studio.ts';
import { runProgress } from '../support/run-progress.ts';
import { createHeard, type Heard } from './heard.ts';

/** Short, so that no test waits; quiet comes when a test wants it. */
const TIMING: Timing = {
  firstRetryMs: 1,
  longestRetryMs: 20,
  goodAfterMs: 60_000,
  patienceMs: 10_000,
  quietMs: 3_600_000,
};

/** A client of a Studio that misbehaves, with one who listens. */
async function listen(
  t: Test,
  options: ConnectOptions = {},
  timing: Partial<Timing> = {},
): Promise<{ studio: MisbehavingStudio; heard: Heard; stop: () => void }> {
  const studio = await startMisbehavingStudio(t);
  const client = createClient({ url: studio.url, ...options }, dialInNode, { ...TIMING, ...timing });
  t.teardown(() => client.close());
  const heard = createHeard();
  return { studio, heard, stop: client.listen(heard.hear) };
}

const event = (id: number, second = id) => ({
  id,
  type: 'job.queued',
  severity: 'info',
  message: `event ${id}`,
  timestamp: new Date(second * 1000).toISOString(),
  data: {},
});

const lastLink = (heard: Heard) => heard.messages.findLast((message) => message.type === 'link')?.link;

t.test('it asks for what it wants, as who it is', async (t) => {
  const { studio } = await listen(t, {
    apiKey: 'the key',
    headers: { 'X-Through': 'proxy' },
    previews: 'tagged',
    promptId: 'p/1',
    since: 7,
  });
  const { query, headers } = await studio.viewer();
  t.same(Object.fromEntries(query), { previews: 'tagged', prompt_id: 'p/1', since: '7' });
  t.match(headers, { 'x-api-key': 'the key', 'x-through': 'proxy' });
  t.equal(headers.origin, undefined);
});

t.test('messages are typed, and what is none is passed over', async (t) => {
  const { studio, heard } = await listen(t, { previews: 'raw' });
  const viewer = await studio.viewer();
  const run = runProgress();
  const image = Uint8Array.of(0xff, 0xd8, 1);
  for (const message of [run, 'nonsense', { type: 1 }, event(1), Uint8Array.of(1), image])
    viewer.send(message);
  await heard.until(({ messages }) => messages.some(({ type }) => type === 'preview'));
  t.match(heard.messages, [
    { type: 'link', link: { state: 'connecting' } },
    { type: 'link', link: { state: 'live' } },
    { type: 'progress', run },
    { type: 'event', event: event(1) },
    { type: 'preview', preview: { mime: 'image/jpeg', image } },
  ]);
});

t.test('previews that were not asked for are not told', async (t) => {
  const { studio, heard } = await listen(t);
  const viewer = await studio.viewer();
  t.equal(viewer.query.get('previews'), 'off');
  viewer.send(Uint8Array.of(0xff, 0xd8, 1));
  viewer.send(event(1));
  await heard.until(({ eventIds }) => eventIds.length > 0);
  t.notOk(heard.messages.some(({ type }) => type === 'preview'));
});

t.test('it comes back with the newest event it saw, and tells each event once', async (t) => {
  const { studio, heard } = await listen(t);
  const first = await studio.viewer();
  t.equal(first.query.get('since'), null);
  for (const id of [1, 2, 2, 3]) first.send(event(id));
  await heard.until(({ eventIds }) => eventIds.includes(3));
  first.socket.terminate();

  const second = await studio.viewer();
  t.equal(second.query.get('since'), '3');
  for (const id of [2, 3, 4]) second.send(event(id));
  await heard.until(({ eventIds }) => eventIds.includes(4));
  second.socket.close(1001);

  const third = await studio.viewer();
  t.equal(third.query.get('since'), '4');
  third.send(event(5));
  await heard.until(({ eventIds }) => eventIds.includes(5));
  t.same(heard.eventIds, [1, 2, 3, 4, 5]);
});

t.test('a Studio that dies and refuses for a while is found again', async (t) => {
  const { studio, heard } = await listen(t);
  (await studio.viewer()).send(event(1));
  await heard.until(({ eventIds }) => eventIds.includes(1));
  await studio.die();
  await heard.until(({ links }) => links.filter((link) => link === 'waiting').length >= 3);
  const waiting = heard.messages.findLast(
    (message) => message.type === 'link' && message.link.state === 'waiting',
  );
  t.match(waiting, { link: { updating: false, retryAt: Number } });
  await studio.comeBack();
  t.equal((await studio.viewer()).query.get('since'), '1');
  await heard.until((heard) => lastLink(heard)?.state === 'live');
});

t.test('while Studio is updating it says so, and goes on trying', async (t) => {
  const { studio, heard } = await listen(t);
  const viewer = await studio.viewer();
  studio.refuseWith = 503;
  studio.answer = { status: 503, body: { detail: 'System is updating, please wait...' } };
  viewer.socket.close(1012);
  await heard.until((heard) => {
    const link = lastLink(heard);
    return link?.state === 'waiting' && link.updating;
  });
  studio.refuseWith = null;
  studio.answer = { status: 200, body: {} };
  await studio.viewer();
  await heard.until((heard) => lastLink(heard)?.state === 'live');
  t.same(
    heard.links.slice(0, 3),
    ['connecting', 'live', 'connecting'],
    'it is not called live when it is not',
  );
});

t.test('a session that is over is the end: nothing is tried any more', async (t) => {
  for (const isTold of [true, false]) {
    const { studio, heard } = await listen(t);
    const viewer = await studio.viewer();
    studio.answer = { status: 401, body: { detail: 'Not authenticated' } };
    if (isTold) viewer.socket.close(4001);
    else {
      studio.refuseWith = 401;
      viewer.socket.close(1012);
    }
    await heard.until((heard) => lastLink(heard)?.state === 'logged-out');
    const asked = isTold ? [] : ['connecting'];
    t.same(heard.links, ['connecting', 'live', ...asked, 'logged-out']);
    t.equal(studio.handshakes, 1);
  }
});

t.test('a viewer that was too slow comes back at once with since, without a question', async (t) => {
  const { studio, heard } = await listen(t);
  const viewer = await studio.viewer();
  viewer.send(event(1));
  await heard.until(({ eventIds }) => eventIds.includes(1));
  viewer.socket.close(1013);
  t.equal((await studio.viewer()).query.get('since'), '1');
  await heard.until(({ links }) => links.filter((link) => link === 'live').length === 2);
  t.same(heard.links, ['connecting', 'live', 'connecting', 'live']);
  t.same(studio.requests, []);
});

t.test('a handshake that is not answered is given up', async (t) => {
  const studio = await startMisbehavingStudio(t);
  let dialled = 0;
  let abandoned = 0;
  const abandon = (): void => {
    abandoned += 1;
  };
  const dialNowhere: Dial = async () => {
    dialled += 1;
    return { send: () => {}, close: () => {}, abandon };
  };
  const client = createClient({ url: studio.url }, dialNowhere, { ...TIMING, patienceMs: 5 });
  t.teardown(() => client.close());
  const heard = createHeard();
  client.listen(heard.hear);
  await heard.until(({ links }) => links.filter((link) => link === 'waiting').length === 2);
  t.equal(dialled, 2);
  t.equal(abandoned, 2);
});

t.test('a connection that has been quiet is checked, and one that leads nowhere is given up', async (t) => {
  const { studio, heard } = await listen(t, {}, { quietMs: 20 });
  const viewer = await studio.viewer();
  const [spoken] = await once(viewer.socket, 'message');
  t.equal(String(spoken), '', 'it speaks, so that a peer that has forgotten it can say so');
  t.same(heard.links, ['connecting', 'live'], 'as long as Studio answers it stays');

  studio.answer = null;
  await heard.until((heard) => lastLink(heard)?.state === 'waiting');
  t.equal(studio.requests[0], '/api/health', 'a question that does not prolong the session');
});

t.test('it is open while somebody listens, and no longer', async (t) => {
  const studio = await startMisbehavingStudio(t);
  const client = createClient({ url: studio.url }, dialInNode, TIMING);
  t.equal(studio.handshakes, 0, 'nothing is dialled before');
  const [one, other] = [createHeard(), createHeard()];
  const stopOne = client.listen(one.hear);
  const viewer = await studio.viewer();
  await one.until(({ links }) => links.includes('live'));
  const stopOther = client.listen(other.hear);
  t.same(other.links, ['live'], 'who comes later is told how it is');
  viewer.send(event(1));
  await other.until(({ eventIds }) => eventIds.length > 0);
  t.same(one.eventIds, [1]);
  stopOne();
  viewer.send(event(2));
  await other.until(({ eventIds }) => eventIds.length > 1);
  t.same(one.eventIds, [1], 'who stopped hears nothing');
  const closed = once(viewer.socket, 'close');
  stopOther();
  await closed;
  t.equal(studio.handshakes, 1);

  client.listen(other.hear);
  const again = await studio.viewer();
  t.equal(again.query.get('since'), '2', 'who listens again misses nothing');
  const closedForGood = once(again.socket, 'close');
  client.close();
  await closedForGood;
  const late = createHeard();
  client.listen(late.hear);
  t.same(late.messages, [], 'a closed client is silent');
});

t.test('a listener may stop, or listen, while it is told', async (t) => {
  const studio = await startMisbehavingStudio(t);
  const client = createClient({ url: studio.url }, dialInNode, TIMING);
  t.teardown(() => client.close());
  const inner = createHeard();
  const outer = createHeard();
  const stop = client.listen((message) => {
    outer.hear(message);
    if (message.type !== 'event') return;
    stop();
    client.listen(inner.hear);
  });
  const viewer = await studio.viewer();
  viewer.send(event(1));
  await outer.until(({ eventIds }) => eventIds.length > 0);
  const second = await studio.viewer();
  second.send(event(2));
  await inner.until(({ eventIds }) => eventIds.length > 0);
  t.same([outer.eventIds, inner.eventIds], [[1], [2]]);
});
