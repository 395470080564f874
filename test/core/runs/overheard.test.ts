import t, { type Test } from 'tap';
import WebSocket from 'ws';
import type { Preview } from '../../../core/runs/run.ts';
import type { Overheard, Runs } from '../../../core/runs/runs.ts';
import type { StandIn } from '../../support/comfyui/stand-in.ts';
import { dial, type Speaker } from '../../support/speaker.ts';
import {
  event,
  over,
  queueElsewhere,
  rounds,
  running,
  sampling,
  start,
  tellComfyui,
  typesOf,
  until,
} from './house.ts';

const FLAGS = JSON.stringify({ type: 'feature_flags', data: { supports_preview_metadata: true } });

/** So seldom that only what is asked at once is asked in a test. */
const SELDOM = { inquiryIntervalMs: 3_600_000 };

/** An editor whose connection passes through: all that ComfyUI says to it is overheard. */
async function editor(t: Test, comfyui: StandIn, runs: Runs, clientId: string, flags = false) {
  const speaker = dial(t, `${comfyui.url.replace('http', 'ws')}/ws?clientId=${clientId}`);
  const overheard = runs.overhear(clientId);
  speaker.socket.on('message', (bytes: Buffer, isBinary) => {
    if (isBinary) overheard.binary(bytes);
    else overheard.text(bytes.toString());
  });
  speaker.socket.on('close', () => overheard.close());
  await speaker.until(({ types }) => types.includes('status'));
  if (flags) {
    speaker.socket.send(FLAGS);
    await speaker.until(({ types }) => types.includes('feature_flags'));
  }
  return speaker;
}

const said = (overheard: Overheard, type: string, data: object) =>
  overheard.text(JSON.stringify({ type, data }));

const step = (overheard: Overheard, prompt_id: string, value: number) =>
  said(overheard, 'progress', { prompt_id, node: '2', value, max: 20 });

/** A run of the client `editor` that is running and known; its frames come from the test alone. */
async function runOfEditor(t: Test) {
  const house = await start(t);
  house.comfyui.hold();
  await queueElsewhere(house.comfyui, 'theirs', sampling(20));
  await until(house.runs, 'theirs', running);
  const stepOf = () => house.runs.get('theirs')?.step;
  return { ...house, stepOf };
}

for (const [name, flags] of [
  ['without metadata', false],
  ['with metadata', true],
] as const)
  t.test(`an editor's run is followed as one of ours is; previews ${name}`, async (t) => {
    const { comfyui, runs, events } = await start(t, SELDOM);
    const previews: Preview[] = [];
    runs.watch({ preview: (preview) => previews.push(preview) });
    await editor(t, comfyui, runs, 'editor', flags);
    comfyui.hold(0);
    await queueElsewhere(comfyui, 'theirs', sampling(3, 'jpeg'));
    t.match(await until(runs, 'theirs', running), { started_by: 'editor', total_nodes: 3 });
    comfyui.hold(2);
    const middle = await until(runs, 'theirs', ({ step }) => step === 2);
    t.match(middle, { node_id: '2', node_title: 'The sampler', total_steps: 3 });
    comfyui.release();
    const end = await until(runs, 'theirs', over);
    t.match(end, { status: 'completed', percent: 100, started_by: 'editor' });
    t.equal(Object.keys(end.node_outputs).length, 1);
    t.same(
      previews.map(({ prompt_id, node_id, mime }) => [prompt_id, node_id, mime]),
      Array(3).fill(['theirs', '2', 'image/jpeg']),
    );
    t.same(await typesOf(events, 'theirs'), ['job.queued', 'job.started', 'job.completed']);
  });

t.test('what is said of a run before it is known counts as soon as it is', async (t) => {
  const { comfyui, runs } = await start(t, SELDOM);
  const prompt = sampling(2);
  await queueElsewhere(comfyui, 'earlier', prompt, { client_id: 'editor' });
  await comfyui.idle();
  const release = comfyui.holdReplies(({ path }) => path === '/queue');
  const speaker = await editor(t, comfyui, runs, 'editor');
  comfyui.hold(1);
  const changed = {
    ...prompt,
    '4': {
      class_type: 'SlowSampler',
      inputs: { image: ['1', 0], steps: 9, seed: 1, delay_ms: 1, preview: 'none' },
    },
    '5': { class_type: 'PreviewImage', inputs: { images: ['4', 0] } },
  };
  await queueElsewhere(comfyui, 'theirs', changed);
  await speaker.until(({ types }) => types.includes('progress'));
  t.equal(runs.get('theirs'), undefined, 'ComfyUI has not answered who it is');
  release();
  const run = await until(runs, 'theirs', ({ step }) => step === 1);
  t.equal(run.cached_count, 3, 'that they are cached was said first of all');
});

t.test('a run that is over before ComfyUI was asked is known all the same', async (t) => {
  const { comfyui, runs, events } = await start(t, SELDOM);
  const release = comfyui.holdReplies(({ path }) => path === '/queue');
  const speaker = await editor(t, comfyui, runs, 'editor');
  await queueElsewhere(comfyui, 'quick', sampling(1));
  await speaker.until(({ types }) => types.includes('execution_success'));
  await comfyui.idle();
  release();
  const run = await until(runs, 'quick', over);
  t.match(run, { status: 'completed', percent: 100, started_by: 'editor' });
  t.same(await typesOf(events, 'quick'), ['job.queued', 'job.started', 'job.completed']);
});

t.test('somebody who has never passed through is somebody else', async (t) => {
  const { comfyui, runs } = await start(t);
  await editor(t, comfyui, runs, 'editor');
  comfyui.hold();
  await queueElsewhere(comfyui, 'elsewhere', sampling(1), { client_id: 'stranger' });
  t.match(await until(runs, 'elsewhere', running), { started_by: 'other' });
  await queueElsewhere(comfyui, 'nobody', sampling(1), {});
  t.match(await until(runs, 'nobody', () => true), { started_by: 'other' });
});

t.test('a run is told from one connection: late copies on another change nothing', async (t) => {
  const { runs, stepOf } = await runOfEditor(t);
  const first = runs.overhear(null);
  const late = runs.overhear(null);
  step(first, 'theirs', 5);
  step(late, 'theirs', 3);
  t.equal(stepOf(), 5);
  step(first, 'theirs', 6);
  step(late, 'theirs', 4);
  t.equal(stepOf(), 6);
  first.close();
  step(late, 'theirs', 7);
  t.equal(stepOf(), 7, 'until that one is gone');
});

t.test(
  'the client’s own connection is believed before others, and its newest before the older',
  async (t) => {
    const { runs, stepOf } = await runOfEditor(t);
    const stranger = runs.overhear('stranger');
    step(stranger, 'theirs', 2);
    const older = runs.overhear('editor');
    step(older, 'theirs', 5);
    step(stranger, 'theirs', 3);
    t.equal(stepOf(), 5);
    const newer = runs.overhear('editor');
    step(newer, 'theirs', 8);
    step(older, 'theirs', 6);
    t.equal(stepOf(), 8);
    older.close();
    step(newer, 'theirs', 9);
    t.equal(stepOf(), 9);
  },
);

t.test('nobody else’s connection says anything of a run of ours', async (t) => {
  const { comfyui, runs } = await start(t);
  comfyui.hold(3);
  const { prompt_id } = await runs.submit({ prompt: sampling(20) });
  await until(runs, prompt_id, (run) => run.step === 3);
  await rounds(comfyui, 2);
  // Not even one that goes by Studio's own name.
  const other = runs.overhear('studio');
  step(other, prompt_id, 9);
  said(other, 'execution_error', { prompt_id, exception_message: 'not so', node_id: '2' });
  other.binary(Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 1]), Buffer.from('not a preview of it')]));
  other.close();
  t.match(runs.get(prompt_id), { status: 'running', step: 3, preview_seq: 0 });
  comfyui.release();
  t.match(await until(runs, prompt_id, over), { status: 'completed' });
});

t.test(
  'an editor that goes away in the middle of its run: the end is found out, with its outputs',
  async (t) => {
    const { comfyui, runs } = await start(t);
    const speaker = await editor(t, comfyui, runs, 'editor');
    comfyui.hold(2);
    await queueElsewhere(comfyui, 'theirs', sampling(4));
    await until(runs, 'theirs', (run) => run.step === 2);
    speaker.socket.close();
    await gone(speaker);
    comfyui.release();
    const run = await until(runs, 'theirs', over);
    t.match(run, { status: 'completed', percent: 100, started_by: 'editor' });
    t.equal(Object.keys(run.node_outputs).length, 1);
  },
);

t.test('an editor that comes back in the middle of its run is heard again', async (t) => {
  const { comfyui, runs } = await start(t);
  const before = await editor(t, comfyui, runs, 'editor');
  comfyui.hold(2);
  await queueElsewhere(comfyui, 'theirs', sampling(6));
  await until(runs, 'theirs', (run) => run.step === 2);
  before.socket.close();
  await gone(before);
  await editor(t, comfyui, runs, 'editor');
  comfyui.hold(4);
  t.match(await until(runs, 'theirs', (run) => run.step === 4), { node_id: '2' });
  comfyui.release();
  t.match(await until(runs, 'theirs', over), { status: 'completed' });
});

t.test('Studio’s own socket breaks off: an editor’s run goes on from the editor’s', async (t) => {
  const { runs, stepOf, comfyui, events } = await runOfEditor(t);
  const own = runs.overhear('editor');
  step(own, 'theirs', 5);
  comfyui.dropSockets();
  await event(events, 'comfyui.disconnected');
  step(own, 'theirs', 6);
  t.equal(stepOf(), 6);
});

t.test(
  'whatever is said of runs that there are not, ComfyUI is asked a bounded number of times',
  async (t) => {
    const { comfyui, runs } = await start(t, SELDOM);
    const other = runs.overhear('editor');
    const asked = () => comfyui.requests.filter(({ path }) => path === '/queue').length;
    const before = asked();
    const began = performance.now();
    for (let count = 0; count < 100; count += 1) {
      step(other, `made up ${count}`, 1);
      // Time enough for ComfyUI to be asked each time.
      await tellComfyui(comfyui, '/interrupt', {});
    }
    const quarters = Math.ceil((performance.now() - began) / 250);
    // Once for each quarter of a second that began, and once more after each round for what was said during it.
    t.ok(
      asked() - before <= 2 * (quarters + 1),
      `${asked() - before} times in ${quarters} quarters of a second`,
    );
    t.ok(asked() > before);
    t.same(runs.list(), []);
  },
);

function gone({ socket }: Speaker): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === WebSocket.CLOSED) resolve();
    else socket.on('close', () => resolve());
  });
}
