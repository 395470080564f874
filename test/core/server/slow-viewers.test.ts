import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { RawViewer } from '../../support/raw-viewer.ts';
import { runProgress } from '../../support/run-progress.ts';
import { nextTurn, serveStream, type TestStream } from '../../support/stream.ts';

const KIB = 1024;

/** What one viewer may have waiting: what it is cut off at, and what comes between two looks. */
const BOUND = 2048 * KIB;

/** Loads are bounded: what the system itself buffers for a socket is some MiB. */
const MOST_STEPS = 2000;

/** Publishes until the topic has no subscribers, and watches that the bound is kept. Returns how often it published. */
async function publishUntilLost(
  t: Test,
  { server }: TestStream,
  topic: string,
  publish: (step: number) => void,
): Promise<number> {
  let most = 0;
  for (let step = 1; step <= MOST_STEPS; step += 1) {
    publish(step);
    await nextTurn();
    most = Math.max(most, server.mostBuffered());
    if (server.subscribers(topic) > 0) continue;
    t.ok(most <= BOUND, `${topic}: at most ${most} bytes waited`);
    return step;
  }
  throw new Error(`${topic} was not lost`);
}

/** One viewer of everything that does not read, and one of run `a` that does. */
async function slowAndFast(t: Test, patience = { idleMs: 60_000, totalMs: 600_000 }) {
  const stream = await serveStream(t, { patience });
  const slow = new RawViewer(t, stream.port);
  const fast = new RawViewer(t, stream.port, '?prompt_id=a');
  while (stream.server.subscribers('events') + stream.server.subscribers('events/general') < 2)
    await nextTurn();
  slow.stopReading();
  const { server, context } = stream;
  const told: number[] = [];
  let seq = 0;
  return {
    stream,
    slow,
    fast,
    told,
    subscribed: () => ['previews/raw', 'progress', 'events'].map((topic) => server.subscribers(topic)),
    preview() {
      seq += 1;
      stream.preview({
        prompt_id: 'a',
        node_id: '1',
        mime: 'image/png',
        seq,
        image: Buffer.alloc(50 * KIB, seq),
      });
    },
    progress(step: number) {
      stream.progress(runProgress({ prompt_id: 'a', status: 'running', step, title: 'x'.repeat(30 * KIB) }));
    },
    event(message = 'x'.repeat(10 * KIB)) {
      context.events.append({ type: 'job.started', severity: 'info', message, data: { prompt_id: 'a' } });
      told.push(context.events.lastId);
    },
  };
}

t.test(
  'who does not read loses previews, then progress, then catches up with every event; the others notice nothing',
  async (t) => {
    const { stream, slow, fast, told, subscribed, ...publish } = await slowAndFast(t);
    t.same(subscribed(), [1, 1, 1]);
    const previews = await publishUntilLost(t, stream, 'previews/raw', publish.preview);
    t.same(subscribed(), [0, 1, 1], 'previews are lost first');
    const dropped = () => Object.fromEntries(stream.context.metrics.frames.dropped());
    t.same(dropped(), { progress: 0, previews: 0 });
    for (let count = 0; count < 5; count += 1) {
      publish.preview();
      await nextTurn();
    }
    t.same(dropped(), { progress: 0, previews: 5 }, 'and counted');
    const states = await publishUntilLost(t, stream, 'progress', publish.progress);
    t.same(subscribed(), [0, 0, 1], 'then progress');
    await publishUntilLost(t, stream, 'events', () => publish.event());
    t.same(subscribed(), [0, 0, 0], 'in the end nothing more is put into its buffer');

    for (let count = 0; count < 500; count += 1) {
      publish.event();
      await nextTurn();
    }
    stream.progress(runProgress({ prompt_id: 'a', status: 'completed', step: 99 }));
    stream.progress(runProgress({ prompt_id: 'b', status: 'completed', step: 7 }));
    publish.event('the end');
    await fast.until(({ texts }) => texts.at(-1)?.includes('the end') ?? false);
    t.equal(fast.binaries.length, previews + 5, 'who reads got every preview');
    t.equal(fast.states.length, states + 1, 'every state');
    t.same(
      fast.events.map(({ id }) => id),
      told,
      'and every event',
    );

    slow.readOn();
    await slow.until(({ states }) => states.some(({ prompt_id }) => prompt_id === 'b'));
    t.same(
      slow.events.map(({ id }) => id),
      told,
      'the slow one gets every event, once and in order',
    );
    const last = new Map(slow.states.map((state) => [state.prompt_id, state.step]));
    t.same(
      [...last],
      [
        ['a', 99],
        ['b', 7],
      ],
      'and the states that the runs have by then, also of those that ended meanwhile',
    );
    t.equal(slow.binaries.length, previews, 'previews that it missed stay lost');
    t.same(subscribed(), [1, 1, 1], 'and it has everything again');
    publish.preview();
    const before = slow.binaries.length;
    await slow.until(({ binaries }) => binaries.length > before);
  },
);

t.test(
  'who reads again after losing previews and progress is told of the runs as they are, and has both again',
  async (t) => {
    const { stream, slow, subscribed, ...publish } = await slowAndFast(t);
    stream.progress(runProgress({ prompt_id: 'old', status: 'completed' }));
    await publishUntilLost(t, stream, 'previews/raw', publish.preview);
    // Its state is not told yet when progress is lost, and is the same when the viewer has read.
    stream.note(runProgress({ prompt_id: 'untold', status: 'running', step: 5 }));
    await publishUntilLost(t, stream, 'progress', publish.progress);
    stream.progress(runProgress({ prompt_id: 'a', status: 'completed', step: 77 }));
    slow.readOn();
    await slow.until(({ states }) => states.some(({ step }) => step === 77));
    publish.event('after the states');
    await slow.until(({ texts }) => texts.at(-1)?.includes('after the states') ?? false);
    t.equal(slow.states.filter(({ prompt_id }) => prompt_id === 'untold').length, 1);
    t.same(subscribed(), [1, 1, 1]);
    const told = slow.states.filter(({ prompt_id }) => prompt_id === 'old');
    t.equal(told.length, 1, 'a run that was over before is not told again');
  },
);

t.test(
  'who does not read on at all is closed with 1013 and told where to resume; nothing before that is lost',
  async (t) => {
    const { stream, slow, fast, told, ...publish } = await slowAndFast(t, { idleMs: 1, totalMs: 600_000 });
    await publishUntilLost(t, stream, 'events', () => publish.event());
    const resumeFrom = told.at(-1);
    while (stream.server.subscribers('open') > 1) {
      publish.event();
      await nextTurn();
    }
    t.equal(stream.server.mostBuffered(), 0);
    publish.event('the end');
    await fast.until(({ texts }) => texts.at(-1)?.includes('the end') ?? false);
    t.same(
      fast.events.map(({ id }) => id),
      told,
      'who reads is not disturbed',
    );

    slow.readOn();
    await slow.until(({ isOver }) => isOver);
    t.same(slow.close, { code: 1013, reason: `Too slow. Come back with since=${resumeFrom}` });
    const seen = slow.events.map(({ id }) => id);
    t.equal(seen.at(-1), resumeFrom);

    const again = new RawViewer(t, stream.port, `?since=${resumeFrom}`);
    await again.until(({ texts }) => texts.some((text) => text.includes('the end')));
    t.same(
      [...seen, ...again.events.map(({ id }) => id)],
      told,
      'both connections together: every event once',
    );
  },
);

t.test(
  'a catch-up waits for who does not read: its buffer stays small however much there is to tell',
  async (t) => {
    const stream = await serveStream(t);
    const ids: number[] = [];
    for (let count = 0; count < 4000; count += 1) {
      stream.context.events.append({ type: 'auth.failed', severity: 'info', message: 'x'.repeat(4 * KIB) });
      ids.push(stream.context.events.lastId);
    }
    const viewer = new RawViewer(t, stream.port, '?since=0');
    await viewer.until(({ texts }) => texts.length > 0);
    viewer.stopReading();
    let [most, before] = [0, -1];
    while (stream.server.mostBuffered() === 0 || stream.server.mostBuffered() !== before) {
      before = stream.server.mostBuffered();
      most = Math.max(most, before);
      for (let turn = 0; turn < 50; turn += 1) await nextTurn();
    }
    t.ok(most > 0 && most < 160 * KIB, `${most} bytes wait`);
    viewer.readOn();
    await viewer.until(({ texts }) => texts.length === ids.length);
    t.same(
      viewer.events.map(({ id }) => id),
      ids,
    );
  },
);

t.test('a socket does not outlive its session: 4001 within a second or so; the key has no end', async (t) => {
  let now = Math.floor(Date.now() / 1000);
  const { port, context } = await serveStream(t, { now: () => now });
  const cookie = context.sessions.cookieAt(now).split(';', 1)[0] ?? '';
  const byKey = new RawViewer(t, port);
  const bySession = new WebSocket(`ws://127.0.0.1:${port}/api/run/ws`, { headers: { cookie } });
  const closed = new Promise((resolve) =>
    bySession.on('close', (code, reason) => resolve([code, String(reason)])),
  );
  await new Promise((resolve) => bySession.on('open', resolve));
  now += 86_400;
  context.events.append({ type: 'auth.login', severity: 'info', message: 'still valid' });
  await new Promise((resolve) => bySession.on('message', resolve));
  now += 1;
  t.same(await closed, [4001, 'The session has expired']);
  context.events.append({ type: 'auth.login', severity: 'info', message: 'the key' });
  await byKey.until(({ texts }) => texts.some((text) => text.includes('the key')));
  t.notOk(byKey.isOver);
});
