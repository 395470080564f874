import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { ComfyuiRefusal } from '../../../core/runs/runs.ts';
import { createTracker } from '../../../core/runs/tracker.ts';
import { openRecords } from '../../support/records.ts';
import { event, failing, over, QUICK, running, sampling, start, typesOf, until } from './house.ts';
import { silentLog } from './silent-log.ts';

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
