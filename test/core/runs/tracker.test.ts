import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import type { EventLog, StudioEvent } from '../../../core/events/event-log.ts';
import type { Preview, Prompt, PromptId, RunProgress } from '../../../core/runs/run.ts';
import { ComfyuiRefusal, ComfyuiUnreachable, type Runs } from '../../../core/runs/runs.ts';
import { createTracker, type TrackerOptions } from '../../../core/runs/tracker.ts';
import { type StandIn, startStandIn } from '../../support/comfyui/stand-in.ts';
import { openRecords } from '../../support/records.ts';
import { silentLog } from './silent-log.ts';

const QUICK = {
  progressIntervalMs: 0,
  previewIntervalMs: 0,
  inquiryIntervalMs: 20,
  upstream: { firstRetry: 5, longestRetry: 20 },
} satisfies Partial<TrackerOptions>;

interface House {
  readonly comfyui: StandIn;
  readonly runs: Runs;
  readonly events: EventLog;
  /** Every progress that was told, in order. */
  readonly told: RunProgress[];
}

async function start(t: Test, options: Partial<TrackerOptions> = {}): Promise<House> {
  const comfyui = await startStandIn({ stepDelayMs: 0 });
  t.teardown(() => comfyui.close());
  const house = track(t, comfyui, options);
  await connected(house.runs, house.events);
  return house;
}

function track(t: Test, comfyui: StandIn, options: Partial<TrackerOptions> = {}): House {
  const { events, archive } = openRecords();
  const runs = createTracker({
    comfyuiUrl: comfyui.url,
    clientId: 'studio',
    archive,
    events,
    log: silentLog,
    ...QUICK,
    ...options,
  });
  t.teardown(() => runs.close());
  const told: RunProgress[] = [];
  runs.watch({ progress: (run) => told.push(run) });
  return { comfyui, runs, events, told };
}

let seed = 0;

/** A prompt that nobody ran before, so that nothing of it is cached. */
function sampling(steps: number, preview = 'none'): Prompt {
  seed += 1;
  return {
    '1': { class_type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size: 1, color: seed } },
    '2': {
      class_type: 'SlowSampler',
      inputs: { image: ['1', 0], steps, seed, delay_ms: 1, preview },
      _meta: { title: 'The sampler' },
    },
    '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'run' } },
  };
}

function failing(): Prompt {
  const prompt = sampling(1);
  return {
    ...prompt,
    '5': { class_type: 'FailNode', inputs: { image: ['2', 0], text: 'boom' } },
    '3': { class_type: 'SaveImage', inputs: { images: ['5', 0], filename_prefix: 'run' } },
  };
}

/** Resolves with the first progress of the run that is as wanted, past ones left out. */
function until(runs: Runs, id: PromptId, wanted: (run: RunProgress) => boolean): Promise<RunProgress> {
  return new Promise((resolve) => {
    const look = (run: RunProgress | undefined) => {
      if (run?.prompt_id !== id || !wanted(run)) return;
      stop();
      resolve(run);
    };
    const stop = runs.watch({ progress: look });
    look(runs.get(id));
  });
}

const over = (run: RunProgress) => run.ended_at !== null;
const running = (run: RunProgress) => run.status === 'running';

/** Resolves with the first event of that type after `since`. */
async function event(events: EventLog, type: StudioEvent['type'], since = 0): Promise<StudioEvent> {
  const known = (await events.since(since)).find((event) => event.type === type);
  if (known !== undefined) return known;
  return new Promise((resolve) => {
    const stop = events.subscribe((event) => {
      if (event.type !== type) return;
      stop();
      resolve(event);
    });
  });
}

async function connected(runs: Runs, events: EventLog): Promise<void> {
  if (!runs.connected) await event(events, 'comfyui.connected');
}

const typesOf = async (events: EventLog, id: PromptId) =>
  (await events.since(0)).filter((event) => event.data.prompt_id === id).map((event) => event.type);

t.test('a run that succeeds is told from the queue to its end', async (t) => {
  const { runs, events, told } = await start(t);
  const { prompt_id, node_errors } = await runs.submit({ prompt: sampling(5) });
  t.same(node_errors, {});
  const run = await until(runs, prompt_id, over);
  t.match(run, {
    status: 'completed',
    percent: 100,
    nodes_done: 3,
    total_nodes: 3,
    effective_total: 1,
    node_id: null,
  });
  t.match(run.node_outputs['3'], { node_type: 'SaveImage', items: [{ type: 'output', media: 'image' }] });
  t.equal(told[0]?.status, 'queued');
  t.ok(told.some((run) => run.node_title === 'The sampler' && run.step === 3 && run.total_steps === 5));
  const percents = told.map((run) => run.percent);
  t.same(
    percents,
    [...percents].sort((one, other) => one - other),
    'percent never falls',
  );
  t.equal(told.filter((run) => run.ended_at !== null).length, 1, 'the end is told once');
  t.same(await typesOf(events, prompt_id), ['job.queued', 'job.started', 'job.completed']);
  t.match(await event(events, 'job.completed'), { severity: 'success', data: { prompt_id, outputs: 1 } });
  t.same(runs.get(prompt_id), run);
  t.same(runs.list(), [run]);
});

t.test('a run of which all is cached ends at once', async (t) => {
  const { runs } = await start(t);
  const prompt = sampling(2);
  await until(runs, (await runs.submit({ prompt })).prompt_id, over);
  const again = await until(runs, (await runs.submit({ prompt })).prompt_id, over);
  t.match(again, { status: 'completed', percent: 100, cached_count: 3, effective_total: 0 });
  t.equal(again.node_outputs['3']?.items.length, 1);
});

t.test('a run that fails says where and why', async (t) => {
  const { runs, events } = await start(t);
  const { prompt_id } = await runs.submit({ prompt: failing() });
  const run = await until(runs, prompt_id, over);
  t.match(run, {
    status: 'error',
    node_id: '5',
    error: { message: 'boom', node_id: '5', node_type: 'FailNode' },
  });
  t.ok(run.percent < 100);
  t.match(await event(events, 'job.failed'), {
    severity: 'error',
    data: { prompt_id, node_type: 'FailNode' },
  });
});

t.test('a prompt that ComfyUI refuses leaves nothing behind', async (t) => {
  const { runs, events, told } = await start(t);
  await t.rejects(runs.submit({ prompt: { '1': { class_type: 'Nope', inputs: {} } } }), ComfyuiRefusal);
  t.same([runs.list(), told], [[], []]);
  t.same(
    (await events.since(0)).filter((event) => event.type.startsWith('job.')),
    [],
  );
});

t.test('a running run is interrupted, and no other', async (t) => {
  const { comfyui, runs, events } = await start(t);
  comfyui.hold(3);
  const { prompt_id } = await runs.submit({ prompt: sampling(50) });
  const { prompt_id: other } = await runs.submit({ prompt: sampling(2) });
  await until(runs, prompt_id, (run) => run.step === 3);
  t.equal(await runs.cancel(prompt_id), true);
  t.match(await until(runs, prompt_id, over), { status: 'cancelled', error: null });
  t.match(await event(events, 'job.cancelled'), { data: { prompt_id } });
  t.equal(await runs.cancel(prompt_id), false, 'it is over');
  comfyui.release();
  t.match(await until(runs, other, over), { status: 'completed' });
});

t.test('a waiting run is taken out of the queue, and is cancelled when the call returns', async (t) => {
  const { comfyui, runs } = await start(t);
  comfyui.hold();
  const first = await runs.submit({ prompt: sampling(2) });
  const second = await runs.submit({ prompt: sampling(2) });
  await until(runs, first.prompt_id, running);
  t.equal(await runs.cancel(second.prompt_id), true);
  t.match(runs.get(second.prompt_id), { status: 'cancelled', percent: 0, started_at: null });
  comfyui.release();
  t.match(await until(runs, first.prompt_id, over), { status: 'completed' });
});

t.test('a waiting run that starts just before it is deleted is interrupted', async (t) => {
  const { comfyui, runs } = await start(t, { inquiryIntervalMs: 60_000 });
  comfyui.hold();
  // Nothing of its start comes through, so that it still seems to wait.
  comfyui.silence(true);
  const { prompt_id } = await runs.submit({ prompt: sampling(2) });
  await comfyui.settled();
  t.equal(runs.get(prompt_id)?.status, 'queued');
  comfyui.silence(false);
  await runs.cancel(prompt_id);
  t.ok(comfyui.requests.some((request) => request.path.endsWith('/interrupt')));
  t.match(await until(runs, prompt_id, over), { status: 'cancelled' });
});

t.test('what is not known is not cancelled', async (t) => {
  const { runs } = await start(t);
  t.equal(await runs.cancel('no-such-run'), false);
});

t.test('open runs come first, in queue order, then the others, newest first', async (t) => {
  const { comfyui, runs } = await start(t, { overLimit: 2 });
  const done: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    const { prompt_id } = await runs.submit({ prompt: sampling(1) });
    await until(runs, prompt_id, over);
    done.unshift(prompt_id);
  }
  comfyui.hold();
  const first = await runs.submit({ prompt: sampling(1) });
  await until(runs, first.prompt_id, running);
  const second = await runs.submit({ prompt: sampling(1) });
  const front = await runs.submit({ prompt: sampling(1), front: true });
  const open = [first, front, second].map((run) => run.prompt_id);
  t.same(
    runs.list().map((run) => run.prompt_id),
    [...open, ...done.slice(0, 2)],
    'at most 2 that are over are at hand',
  );
  t.match(runs.get(done[2] ?? ''), { status: 'completed' }, 'the archive has the others');
});

t.test('there are so many open runs and no more', async (t) => {
  const { comfyui, runs } = await start(t, { openLimit: 1 });
  comfyui.hold();
  await runs.submit({ prompt: sampling(1) });
  await t.rejects(runs.submit({ prompt: sampling(1) }), { name: 'ComfyuiRefusal', status: 429 });
});

t.test('previews name their run, and are counted', async (t) => {
  const { runs } = await start(t);
  const previews: Preview[] = [];
  runs.watch({ preview: (preview) => previews.push(preview) });
  const { prompt_id } = await runs.submit({ prompt: sampling(3, 'jpeg') });
  const run = await until(runs, prompt_id, over);
  t.match(
    previews.map(({ image, ...rest }) => rest),
    [1, 2, 3].map((seq) => ({ prompt_id, node_id: '2', mime: 'image/jpeg', seq })),
  );
  t.equal(Buffer.from(previews[0]?.image.subarray(0, 2) ?? []).toString('hex'), 'ffd8');
  t.equal(run.preview_seq, 3);
});

t.test('of previews that come faster than viewers want them, the newest is kept', async (t) => {
  const { runs } = await start(t, { previewIntervalMs: 3_600_000 });
  const seen: number[] = [];
  runs.watch({ preview: ({ seq }) => seen.push(seq) });
  const { prompt_id } = await runs.submit({ prompt: sampling(9, 'jpeg') });
  await until(runs, prompt_id, over);
  t.same(seen, [1, 9], 'the first at once, the last when the run is over');
});

t.test('a preview that names no run is of the one that executes', async (t) => {
  const { comfyui, runs } = await start(t);
  const seen = new Promise<Preview>((resolve) => runs.watch({ preview: resolve }));
  comfyui.hold(1);
  const { prompt_id } = await runs.submit({ prompt: sampling(5) });
  await runs.submit({ prompt: sampling(5) });
  await until(runs, prompt_id, (run) => run.step === 1);
  comfyui.say(Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 2]), Buffer.from('png')]));
  t.match(await seen, { prompt_id, node_id: '2', mime: 'image/png', seq: 1 });
});

t.test('ComfyUI may come after Studio', async (t) => {
  const comfyui = await startStandIn({ stepDelayMs: 0 });
  t.teardown(() => comfyui.close());
  await comfyui.stopListening();
  const { runs, events } = track(t, comfyui);
  await event(events, 'comfyui.disconnected');
  t.equal(runs.connected, false);
  await t.rejects(runs.submit({ prompt: sampling(1) }), ComfyuiUnreachable);
  t.same(runs.list(), []);
  await comfyui.listenAgain();
  await event(events, 'comfyui.connected');
  t.equal(runs.connected, true);
  t.same(
    (await events.since(0)).map((event) => event.type),
    ['comfyui.disconnected', 'comfyui.connected'],
    'however many attempts it took',
  );
  const { prompt_id } = await runs.submit({ prompt: sampling(1) });
  t.match(await until(runs, prompt_id, over), { status: 'completed' });
});

t.test('a socket that is dropped in the middle of a run loses nothing that matters', async (t) => {
  const { comfyui, runs, events } = await start(t);
  comfyui.hold(2);
  const { prompt_id } = await runs.submit({ prompt: sampling(4) });
  await until(runs, prompt_id, (run) => run.step === 2);
  const since = events.lastId;
  comfyui.dropSockets();
  await event(events, 'comfyui.disconnected', since);
  await event(events, 'comfyui.connected', since);
  comfyui.release();
  t.match(await until(runs, prompt_id, over), { status: 'completed', percent: 100 });
  t.same(await typesOf(events, prompt_id), ['job.queued', 'job.started', 'job.completed']);
});

t.test('a run that ends while the socket is away ends by its history', async (t) => {
  for (const [prompt, status] of [
    [sampling(3), 'completed'],
    [failing(), 'error'],
  ] as const) {
    const { comfyui, runs, events } = await start(t);
    comfyui.hold();
    const { prompt_id } = await runs.submit({ prompt });
    await until(runs, prompt_id, running);
    await comfyui.stopListening();
    await event(events, 'comfyui.disconnected');
    comfyui.release();
    await comfyui.idle();
    t.match(runs.get(prompt_id), { status: 'running' }, 'while nobody can be asked, nothing is concluded');
    await comfyui.listenAgain();
    t.match(await until(runs, prompt_id, over), { status });
  }
});

t.test('a ComfyUI that restarted and forgot everything leaves stalled runs', async (t) => {
  const { comfyui, runs, events } = await start(t);
  comfyui.hold();
  const first = await runs.submit({ prompt: sampling(3) });
  const second = await runs.submit({ prompt: sampling(3) });
  await until(runs, first.prompt_id, running);
  comfyui.forget();
  t.match(await until(runs, first.prompt_id, over), {
    status: 'stalled',
    error: { message: /lost this run/ },
  });
  t.match(await until(runs, second.prompt_id, over), { status: 'stalled' });
  t.match(await event(events, 'job.stalled'), {
    severity: 'warning',
    data: { prompt_id: first.prompt_id },
  });
});

t.test('a socket that is open but deaf is noticed: its runs end, and it is dialled again', async (t) => {
  const { comfyui, runs, events } = await start(t);
  comfyui.hold();
  const { prompt_id } = await runs.submit({ prompt: sampling(3) });
  await until(runs, prompt_id, (run) => run.node_id === '2');
  comfyui.silence(true);
  const since = events.lastId;
  // Two whole rounds of questions without a frame.
  for (let round = 0; round < 2; round += 1) {
    const asked = comfyui.requests.length;
    await comfyui.requested(
      (request) => request.path.endsWith('/queue') && comfyui.requests.indexOf(request) >= asked,
    );
  }
  comfyui.release();
  t.match(await until(runs, prompt_id, over), { status: 'completed' });
  comfyui.silence(false);
  await event(events, 'comfyui.connected', since);
});

t.test('a run that somebody else queues is followed, by asking', async (t) => {
  const { comfyui, runs } = await start(t);
  comfyui.hold();
  const seen = new Promise<RunProgress>((resolve) => runs.watch({ progress: resolve }));
  await queueElsewhere(comfyui, 'foreign', sampling(2));
  t.match(await seen, { prompt_id: 'foreign', total_nodes: 3 });
  await until(runs, 'foreign', running);
  comfyui.release();
  t.match(await until(runs, 'foreign', over), { status: 'completed' });
});

t.test('a waiting run that somebody else deletes is cancelled, not stalled', async (t) => {
  const { comfyui, runs } = await start(t);
  comfyui.hold();
  const first = await runs.submit({ prompt: sampling(2) });
  const second = await runs.submit({ prompt: sampling(2) });
  await until(runs, first.prompt_id, running);
  await fetch(`${comfyui.url}/queue`, {
    method: 'POST',
    body: JSON.stringify({ delete: [second.prompt_id] }),
  });
  t.match(await until(runs, second.prompt_id, over), { status: 'cancelled' });
});

t.test('frames of unknown runs, and frames that make no sense, leave nothing behind', async (t) => {
  const { comfyui, runs, told } = await start(t);
  for (let count = 0; count < 100; count += 1) {
    comfyui.say(
      JSON.stringify({ type: 'progress', data: { prompt_id: `x${count}`, node: '1', value: 1, max: 2 } }),
    );
  }
  comfyui.say('{nope');
  comfyui.say(Buffer.from([0, 0]));
  const { prompt_id } = await runs.submit({ prompt: sampling(1) });
  await until(runs, prompt_id, over);
  t.same(
    runs.list().map((run) => run.prompt_id),
    [prompt_id],
  );
  t.ok(told.every((run) => run.prompt_id === prompt_id));
});

t.test('a watcher that throws harms nobody', async (t) => {
  const errors: string[] = [];
  const log = { ...silentLog, error: (_fields: object, message: string) => void errors.push(message) };
  const { runs } = await start(t, { log });
  runs.watch({
    progress() {
      throw new Error('a bug');
    },
  });
  const { prompt_id } = await runs.submit({ prompt: sampling(1) });
  t.match(await until(runs, prompt_id, over), { status: 'completed' });
  t.ok(errors.includes('A watcher of runs failed'));
});

t.test('the frames of a run may come before the answer to its submission', async (t) => {
  const { comfyui, runs } = await start(t);
  comfyui.delayHttp(100);
  const ended = new Promise<RunProgress>((resolve) =>
    runs.watch({ progress: (run) => over(run) && resolve(run) }),
  );
  let answered = false;
  const submitted = runs.submit({ prompt: sampling(1) }).then((run) => {
    answered = true;
    return run;
  });
  const run = await ended;
  t.equal(answered, false);
  t.match(run, { status: 'completed' });
  t.equal((await submitted).prompt_id, run.prompt_id);
  t.match(runs.get(run.prompt_id), { status: 'completed' });
});

t.test('progress is told at most once per interval, but for the end', async (t) => {
  const { runs, told } = await start(t, { progressIntervalMs: 60_000 });
  const { prompt_id } = await runs.submit({ prompt: sampling(10) });
  await until(runs, prompt_id, over);
  t.same(
    told.map((run) => run.status),
    ['queued', 'completed'],
  );
});

t.test('after close nothing is told, and no run is asked about', async (t) => {
  const { comfyui, runs, told } = await start(t);
  comfyui.hold();
  await runs.submit({ prompt: sampling(1) });
  runs.close();
  const before = told.length;
  comfyui.release();
  await comfyui.idle();
  t.equal(told.length, before);
});

t.test('an older ComfyUI that gives a run an id of its own', async (t) => {
  const server = createServer((request, response) => {
    const answers: Record<string, unknown> = {
      '/prompt': { prompt_id: 'its-own', number: 1, node_errors: {} },
      '/queue': { queue_running: [], queue_pending: [[1, 'its-own', {}, {}, []]] },
    };
    request.resume();
    response.end(JSON.stringify(answers[request.url ?? ''] ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { events, archive } = openRecords();
  const { port } = server.address() as AddressInfo;
  const runs = createTracker({
    comfyuiUrl: `http://127.0.0.1:${port}`,
    clientId: 'studio',
    archive,
    events,
    log: silentLog,
    ...QUICK,
  });
  t.teardown(() => {
    runs.close();
    server.closeAllConnections();
    server.close();
  });
  t.match(await runs.submit({ prompt: sampling(1) }), { prompt_id: 'its-own' });
  t.match(runs.list(), [{ prompt_id: 'its-own', status: 'queued', total_nodes: 3 }]);
  t.equal(runs.list().length, 1);
});

async function queueElsewhere(comfyui: StandIn, prompt_id: string, prompt: Prompt): Promise<void> {
  const answer = await fetch(`${comfyui.url}/prompt`, {
    method: 'POST',
    body: JSON.stringify({ prompt, prompt_id, client_id: 'editor' }),
  });
  await answer.text();
}
