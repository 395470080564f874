import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { RunProgress } from '../../../core/runs/run.ts';
import type { Runs } from '../../../core/runs/runs.ts';
import { createTracker } from '../../../core/runs/tracker.ts';
import { type StandIn, startStandIn } from '../../support/comfyui/stand-in.ts';
import { freshFolder } from '../../support/fresh-folder.ts';
import { openRecords, type Records } from '../../support/records.ts';
import { runProgress } from '../../support/run-progress.ts';
import { toy } from '../../support/workflows.ts';
import { silentLog } from './silent-log.ts';

interface Life extends Records {
  readonly runs: Runs;
  /** Ends this life as kill -9 would: nothing of it is written any more. */
  kill(): void;
}

/** One life of the tracker, on the records of those before it. */
function live(t: Test, comfyui: StandIn, path: string): Life {
  const records = openRecords(path);
  const runs = createTracker({
    comfyuiUrl: comfyui.url,
    clientId: records.storage.nameOnce('comfyui client', () => 'studio'),
    archive: records.archive,
    events: records.events,
    log: silentLog,
    progressIntervalMs: 0,
    inquiryIntervalMs: 10,
    upstream: { firstRetry: 5, longestRetry: 20 },
  });
  let alive = true;
  const kill = () => {
    if (!alive) return;
    alive = false;
    // A database that is closed takes no more writes, whatever the tracker still tries.
    records.storage.database.close();
    runs.close();
  };
  t.teardown(kill);
  return { ...records, runs, kill };
}

function until(runs: Runs, id: string, wanted: (run: RunProgress) => boolean): Promise<RunProgress> {
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

const isOver = ({ ended_at }: RunProgress) => ended_at !== null;

async function start(t: Test) {
  const comfyui = await startStandIn({ stepDelayMs: 0 });
  t.teardown(() => comfyui.close());
  return { comfyui, path: join(freshFolder(t), 'studio.db') };
}

async function typesOf(life: Life, id: string): Promise<string[]> {
  return (await life.events.since(0)).filter(({ data }) => data.prompt_id === id).map(({ type }) => type);
}

/** Resolves when this life is connected to ComfyUI. */
async function connected({ events, runs }: Life): Promise<void> {
  if (runs.connected) return;
  await new Promise<void>((resolve) =>
    events.subscribe(({ type }) => type === 'comfyui.connected' && resolve()),
  );
}

/** `hold` stops it after two steps. */
async function halfWay(t: Test) {
  const { comfyui, path } = await start(t);
  const first = live(t, comfyui, path);
  await connected(first);
  comfyui.hold(2);
  const { prompt_id } = await first.runs.submit({ prompt: toy(5, 'none'), title: 'A lake' });
  const before = await until(first.runs, prompt_id, (run) => run.step === 2);
  return { comfyui, path, first, prompt_id, before };
}

t.test('a run that goes on while Studio is away is picked up, and its frames come again', async (t) => {
  const { comfyui, path, first, prompt_id, before } = await halfWay(t);
  first.kill();
  const second = live(t, comfyui, path);
  t.match(second.runs.get(prompt_id), { status: 'running', title: 'A lake', started_at: before.started_at });
  const percents: number[] = [];
  second.runs.watch({ progress: (run) => percents.push(run.percent) });
  await connected(second);
  comfyui.release();
  const run = await until(second.runs, prompt_id, isOver);
  t.match(run, { status: 'completed', percent: 100 });
  t.equal(Object.keys(run.node_outputs).length, 2, 'with its outputs');
  t.ok((percents[0] ?? 0) > 0, 'it goes on from where it was');
  t.same(
    percents,
    percents.toSorted((a, b) => a - b),
    'percent never falls',
  );
  t.same(await typesOf(second, prompt_id), ['job.queued', 'job.started', 'job.completed']);
});

t.test('a run that ends while Studio is away is found finished, once', async (t) => {
  const { comfyui, path, first, prompt_id } = await halfWay(t);
  first.kill();
  comfyui.release();
  await comfyui.idle();
  const second = live(t, comfyui, path);
  const run = await until(second.runs, prompt_id, isOver);
  t.match(run, { status: 'completed', percent: 100 });
  second.kill();
  const third = live(t, comfyui, path);
  t.same(third.runs.get(prompt_id), run, 'and it stays so');
  await connected(third);
  t.same(await typesOf(third, prompt_id), ['job.queued', 'job.started', 'job.completed']);
  t.match(third.runs.list(), [{ prompt_id }], 'it is among the latest');
});

t.test('a run that ComfyUI lost while Studio was away is stalled', async (t) => {
  const { comfyui, path, first, prompt_id } = await halfWay(t);
  first.kill();
  comfyui.forget();
  const second = live(t, comfyui, path);
  t.match(await until(second.runs, prompt_id, isOver), { status: 'stalled' });
  t.same(await typesOf(second, prompt_id), ['job.queued', 'job.started', 'job.stalled']);
});

t.test('Studio dies between asking ComfyUI and its answer: the run is known if ComfyUI has it', async (t) => {
  const { comfyui, path } = await start(t);
  const first = live(t, comfyui, path);
  await connected(first);
  comfyui.hold(1);
  comfyui.delayHttp(60_000);
  const submitted = first.runs.submit({ prompt: toy(3, 'none') }).catch(() => {});
  await comfyui.requested(({ path }) => path === '/prompt');
  const written = first.archive.open()[0]?.run ?? runProgress();
  t.not(written.prompt_id, runProgress().prompt_id, 'it is written down');
  first.kill();
  await submitted;
  comfyui.delayHttp(0);
  const second = live(t, comfyui, path);
  comfyui.release();
  const run = await until(second.runs, written.prompt_id, isOver);
  t.match(run, { status: 'completed', started_by: 'studio' });
  t.equal((await typesOf(second, written.prompt_id)).filter((type) => type === 'job.queued').length, 1);
});

t.test('Studio dies before ComfyUI heard of the run: it never was one', async (t) => {
  const { comfyui, path } = await start(t);
  const first = openRecords(path);
  first.archive.begin(runProgress({ prompt_id: 'ghost' }), toy());
  first.storage.database.close();
  const life = live(t, comfyui, path);
  t.same(life.runs.list(), [], 'it is shown to nobody');
  await new Promise<void>((resolve) => {
    const look = () => (life.archive.open().length === 0 ? resolve() : setImmediate(look));
    look();
  });
  t.equal(life.runs.get('ghost'), undefined);
  t.same(await typesOf(life, 'ghost'), [], 'and nothing is told of it');
});

t.test('what came with a run for other services is in no file', async (t) => {
  const { comfyui, path } = await start(t);
  const life = live(t, comfyui, path);
  await connected(life);
  const extra_data = { api_key_comfy_org: 'comfyui-secret-1' };
  const ours = await life.runs.submit({ prompt: toy(1, 'none'), extra_data });
  await until(life.runs, ours.prompt_id, isOver);
  comfyui.hold(0);
  const theirs = {
    prompt: toy(1, 'none'),
    prompt_id: 'theirs',
    extra_data: { auth_token: 'comfyui-secret-2' },
  };
  await fetch(`${comfyui.url}/prompt`, { method: 'POST', body: JSON.stringify(theirs) });
  await until(life.runs, 'theirs', () => true);
  const seen = JSON.stringify([
    life.runs.list(),
    life.runs.history({ limit: 9 }),
    await life.events.since(0),
  ]);
  t.notMatch(seen, /comfyui-secret/);
  comfyui.release();
  await until(life.runs, 'theirs', isOver);
  life.kill();
  for (const file of [path, `${path}-wal`])
    if (existsSync(file)) t.notOk(readFileSync(file).includes('comfyui-secret'), file);
});
