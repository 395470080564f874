import t from 'tap';
import { broadcast, LARGEST_PREVIEW } from '../../core/broadcast.ts';
import { taggedPreview } from '../../core/frames.ts';
import { TOPICS, topicsOfEvent, topicsOfRun } from '../../core/http/topics.ts';
import type { RunWatcher } from '../../core/runs/runs.ts';
import { makeContext } from '../support/handler.ts';
import { runProgress } from '../support/run-progress.ts';

const PREVIEW = {
  prompt_id: 'é/1',
  node_id: '3',
  mime: 'image/png',
  seq: 7,
  image: Buffer.from('image'),
} as const;

/** What was published, to those topics that somebody has subscribed to. */
async function record(subscribed: readonly string[]) {
  const context = await makeContext();
  const published: [string, string | Uint8Array][] = [];
  let watcher: RunWatcher = {};
  const runs = {
    ...context.runs,
    watch: (given: RunWatcher) => {
      watcher = given;
      return () => {};
    },
  };
  broadcast(runs, context.events, {
    subscribers: (topic) => (subscribed.includes(topic) ? 1 : 0),
    publish: (topics, message) => {
      for (const topic of topics) published.push([topic, message]);
    },
  });
  return { events: context.events, published, watcher };
}

t.test(
  'each message goes once to each topic that has subscribers, and is the same for all of them',
  async (t) => {
    const run = runProgress({ prompt_id: 'p' });
    const { published, watcher } = await record([
      'progress',
      'progress/p',
      'previews/raw',
      'previews/tagged/é/1',
    ]);
    watcher.progress?.(run);
    watcher.preview?.(PREVIEW);
    t.same(published, [
      ['progress', JSON.stringify(run)],
      ['progress/p', JSON.stringify(run)],
      ['previews/raw', PREVIEW.image],
      ['previews/tagged/é/1', taggedPreview(PREVIEW)],
    ]);
  },
);

t.test('nothing is written for a topic that nobody subscribed to', async (t) => {
  const { events, published, watcher } = await record([]);
  const run = { ...runProgress(), toJSON: () => t.fail('it was written') };
  watcher.progress?.(run);
  watcher.preview?.(PREVIEW);
  events.append({ type: 'system.updated', severity: 'info', message: '' });
  t.same(published, []);
});

t.test('a picture that is too large for the stream is left out', async (t) => {
  const { published, watcher } = await record(['previews/raw']);
  watcher.preview?.({ ...PREVIEW, image: new Uint8Array(LARGEST_PREVIEW + 1) });
  watcher.preview?.({ ...PREVIEW, image: new Uint8Array(LARGEST_PREVIEW) });
  t.equal(published.length, 1);
});

t.test('a tagged preview says how long its head is, whose it is, and then shows it', async (t) => {
  const bytes = Buffer.from(taggedPreview(PREVIEW));
  const length = bytes.readUInt32BE(0);
  const { image, ...head } = PREVIEW;
  t.same(JSON.parse(bytes.subarray(4, 4 + length).toString()), head);
  t.same(bytes.subarray(4 + length), image);
});

t.test('an event goes to all, and to those who wait for its run; general ones go to everybody', async (t) => {
  const rows = [
    ['job.started', { prompt_id: 'p' }, ['events', 'events/run/p']],
    ['job.started', { prompt_id: 'general' }, ['events', 'events/run/general']],
    ['job.started', { prompt_id: 7 }, ['events']],
    ['auth.failed', {}, ['events']],
    ['update.output', {}, ['events']],
    ['system.backend.started', {}, ['events', 'events/general']],
    ['maintenance.entered', {}, ['events', 'events/general']],
    ['comfyui.connected', {}, ['events', 'events/general']],
    ['comfyui.disconnected', { prompt_id: 'p' }, ['events', 'events/general']],
  ] as const;
  for (const [type, data, topics] of rows) t.same(topicsOfEvent({ type, data }), topics, type);
});

t.test('no event reaches a viewer by two of its topics', async (t) => {
  const streams = [TOPICS, topicsOfRun('p'), topicsOfRun('general')];
  for (const type of ['job.started', 'system.updated', 'auth.failed'] as const) {
    for (const data of [{}, { prompt_id: 'p' }, { prompt_id: 'general' }]) {
      for (const { events } of streams) {
        const shared = topicsOfEvent({ type, data }).filter((topic) => events.some((own) => own === topic));
        t.ok(shared.length <= 1, `${type} ${JSON.stringify(data)} ${events}`);
      }
    }
  }
});
