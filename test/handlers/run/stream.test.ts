import t from 'tap';
import type { EventLog } from '../../../core/events/event-log.ts';
import { taggedPreview } from '../../../core/frames.ts';
import { createRandom } from '../../fuzz/random.ts';
import { sendRaw } from '../../support/raw.ts';
import { RawViewer } from '../../support/raw-viewer.ts';
import { openRecords } from '../../support/records.ts';
import { runProgress } from '../../support/run-progress.ts';
import { WITH_KEY } from '../../support/server.ts';
import { nextTurn, serveStream, type TestStream } from '../../support/stream.ts';

function append({ context }: TestStream, message: string, promptId?: string): number {
  context.events.append({
    type: 'job.queued',
    severity: 'info',
    message,
    data: promptId === undefined ? {} : { prompt_id: promptId },
  });
  return context.events.lastId;
}

const ids = (viewer: RawViewer): number[] => viewer.events.map(({ id }) => id);

t.test('an option that cannot be meant refuses the handshake with 400', async (t) => {
  const { port } = await serveStream(t);
  const { replies } = await sendRaw(
    port,
    'GET /api/run/ws?since=x HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nX-API-Key: ${WITH_KEY['X-API-Key']}\r\n\r\n`,
  );
  t.equal(replies[0]?.status, 400);
  t.match(JSON.parse(replies[0]?.body ?? ''), { detail: /^since must be the id of an event/ });
});

t.test('without since: whether ComfyUI is there, the latest 20 events, then the runs', async (t) => {
  const stream = await serveStream(t);
  const { events } = stream.context;
  events.append({ type: 'comfyui.connected', severity: 'info', message: 'there' });
  for (let count = 0; count < 30; count += 1) append(stream, String(count));
  stream.progress(runProgress({ prompt_id: 'p' }));
  const viewer = new RawViewer(t, stream.port);
  await viewer.until(({ texts }) => texts.length === 22);
  const expected = ['there', ...Array.from({ length: 20 }, (_, at) => String(at + 10))];
  t.same(
    viewer.events.map(({ message }) => message),
    expected,
  );
  t.same(JSON.parse(viewer.texts[21] ?? ''), runProgress({ prompt_id: 'p' }));
});

t.test('since the future, or the very last: nothing is told again, and what comes next is', async (t) => {
  const stream = await serveStream(t);
  const last = append(stream, 'old');
  const viewers = [last, last + 10_000_000].map((since) => new RawViewer(t, stream.port, `?since=${since}`));
  while (stream.server.subscribers('events') < 2) await nextTurn();
  const next = append(stream, 'new');
  for (const viewer of viewers) {
    await viewer.until(({ texts }) => texts.length > 0);
    t.same(ids(viewer), [next]);
  }
});

t.test('what happens in the very steps of going live is told once', async (t) => {
  const { events: log } = openRecords();
  const happen = () => log.append({ type: 'system.updated', severity: 'info', message: '' });
  /** How many microtasks after a page is read something happens; null: no more. */
  let delay: number | null = null;
  const events: EventLog = {
    ...log,
    get lastId() {
      return log.lastId;
    },
    since(id, limit) {
      const page = log.since(id, limit);
      const steps = delay;
      delay = null;
      if (steps !== null) void afterMicrotasks(steps).then(happen);
      return page;
    },
  };
  const stream = await serveStream(t, { events });
  happen();
  for (let steps = 0; steps <= 20; steps += 1) {
    const before = log.lastId;
    happen();
    delay = steps;
    const viewer = new RawViewer(t, stream.port, `?since=${before}`);
    while (stream.server.subscribers('events') <= steps) await nextTurn();
    happen();
    const expected = (await log.since(before)).map(({ id }) => id);
    t.equal(expected.length, 3);
    await viewer.until(({ events }) => events.some(({ id }) => id === expected.at(-1)));
    t.same(ids(viewer), expected, `${steps} microtasks later`);
  }
});

async function afterMicrotasks(steps: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) await null;
}

t.test('thousands of missed events come exactly once and in order, while more of them happen', async (t) => {
  for (const seed of [1, 2, 3]) {
    const stream = await serveStream(t);
    const { below, pick } = createRandom(seed);
    const all: { id: number; promptId: string | undefined }[] = [];
    const happen = () => {
      const promptId = pick([undefined, 'a', 'b']);
      all.push({ id: append(stream, 'x'.repeat(below(400)), promptId), promptId });
    };
    for (let count = 0; count < 3000; count += 1) happen();

    const viewers: { viewer: RawViewer; since: number; only: string | undefined }[] = [];
    for (let turn = 0; turn < 120; turn += 1) {
      if (turn % 10 === 0) {
        const since = all[below(all.length)]?.id ?? 0;
        const only = pick([undefined, undefined, 'a']);
        const query = `?since=${since}${only === undefined ? '' : `&prompt_id=${only}`}`;
        viewers.push({ viewer: new RawViewer(t, stream.port, query), since, only });
      }
      for (let count = below(20); count > 0; count -= 1) happen();
      await nextTurn();
    }
    while (
      stream.server.subscribers('events') + stream.server.subscribers('events/general') <
      viewers.length
    ) {
      happen();
      await nextTurn();
    }
    stream.context.events.append({ type: 'system.updated', severity: 'info', message: 'the end' });
    for (const { viewer, since, only } of viewers) {
      await viewer.until(({ texts }) => texts.at(-1)?.includes('the end') ?? false);
      const expected = all.filter(
        ({ id, promptId }) => id > since && (only === undefined || promptId === only),
      );
      t.same(
        ids(viewer).slice(0, -1),
        expected.map(({ id }) => id),
        `seed ${seed}, since ${since}, only ${only}`,
      );
    }
  }
});

t.test('prompt_id: that run, its previews, its events and the general ones, and nothing else', async (t) => {
  const stream = await serveStream(t);
  const before = append(stream, "a's", 'a');
  append(stream, "b's", 'b');
  stream.progress(runProgress({ prompt_id: 'a', step: 1 }));
  stream.progress(runProgress({ prompt_id: 'b', step: 1 }));
  const viewer = new RawViewer(t, stream.port, '?prompt_id=a');
  await viewer.until(({ texts }) => texts.length === 2);
  t.same(ids(viewer), [before]);

  const preview = { node_id: '1', mime: 'image/png', seq: 1 } as const;
  for (const prompt_id of ['b', 'a']) {
    stream.progress(runProgress({ prompt_id, step: 2 }));
    stream.preview({ ...preview, prompt_id, image: Buffer.from(prompt_id) });
    append(stream, `${prompt_id}'s next`, prompt_id);
  }
  append(stream, "nobody's");
  stream.context.events.append({ type: 'maintenance.entered', severity: 'info', message: 'general' });
  await viewer.until(({ texts }) => texts.at(-1)?.includes('general') ?? false);
  t.same(
    viewer.states.map(({ prompt_id, step }) => [prompt_id, step]),
    [
      ['a', 1],
      ['a', 2],
    ],
  );
  t.same(
    viewer.events.map(({ message }) => message),
    ["a's", "a's next", 'general'],
  );
  t.same(viewer.binaries.map(String), ['a']);
});

t.test('previews: raw by default, tagged with their head, or none', async (t) => {
  const stream = await serveStream(t);
  const viewers = ['', '?previews=raw', '?previews=tagged', '?previews=off'].map(
    (query) => new RawViewer(t, stream.port, query),
  );
  while (stream.server.subscribers('events') < viewers.length) await nextTurn();
  const preview = { prompt_id: 'a', node_id: '1', mime: 'image/jpeg', seq: 1 } as const;
  const image = Buffer.from('picture');
  stream.preview({ ...preview, image });
  append(stream, 'after');
  await Promise.all(viewers.map((viewer) => viewer.until(({ texts }) => texts.length > 0)));
  t.same(
    viewers.map(({ binaries }) => binaries),
    [[image], [image], [Buffer.from(taggedPreview({ ...preview, image }))], []],
  );
});
