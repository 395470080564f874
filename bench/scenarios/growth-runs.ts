import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { cpuMicroseconds } from '../process.ts';
import type { Curve, Metric, Options, Point, Result, Scenario } from '../scenario.ts';
import { COLLECTING, SETTLED_MEMORY, settledMegabytes } from '../settled-memory.ts';
import { type FrameSource, startFrameSource } from '../stream/frame-source.ts';
import { type Studio, startStudio } from '../studio.ts';

export const GROWTH_RUNS: Scenario = {
  name: 'growth-runs',
  measures: "What ComfyUI's progress frames cost when many runs are open.",
  run,
};

const COUNTS = [1, 100, 1000];

const FRAMES_PER_SECOND = 500;

/** In ms: Studio asks ComfyUI for its queue every 3 s, so each sample has as many of these questions in it. */
const SAMPLE_MS = 3000;

const FRAME: Metric = { key: 'frame', title: 'CPU µs/frame', digits: 1 };
const IDLE: Metric = { key: 'idle', title: 'CPU ms/s', digits: 2 };

interface Followed {
  readonly count: number;
  readonly source: FrameSource;
  readonly studio: Studio;
  readonly promptId: string;
}

async function run({ rounds, quick }: Options): Promise<readonly Result[]> {
  const followed: Followed[] = [];
  try {
    for (const count of COUNTS) followed.push(await follow(count, []));
    const idle = followed.map(({ count }) => ({ x: count, samples: [] as number[] }));
    const frames = followed.map(({ count }) => ({ x: count, samples: [] as number[] }));
    for (const each of followed) await sendFrames(each, SAMPLE_MS);
    for (let round = 0; round < (quick ? 2 : rounds); round += 1) {
      for (const [at, each] of followed.entries()) {
        const quiet = await cost(each, () => setTimeout(SAMPLE_MS));
        let sent = 0;
        const busy = await cost(each, async () => {
          sent = await sendFrames(each, SAMPLE_MS);
        });
        idle[at]?.samples.push(quiet / SAMPLE_MS);
        frames[at]?.samples.push((busy - quiet) / sent);
      }
    }
    return [frameCurve(frames), idleCurve(idle), await measureMemory()];
  } finally {
    await Promise.all(followed.map(stop));
  }
}

function frameCurve(points: readonly Point[]): Curve {
  return {
    kind: 'curve',
    title: 'A progress frame of the run that executes, by runs that are open',
    x: 'open runs',
    metric: FRAME,
    points,
    notes: [
      `progress_state of seven nodes, ${FRAMES_PER_SECOND} a second for ${SAMPLE_MS / 1000} s`,
      'CPU time of Studio, less what it takes meanwhile without frames (below)',
    ],
  };
}

function idleCurve(points: readonly Point[]): Curve {
  return {
    kind: 'curve',
    title: 'Studio while runs are open and nothing comes, by runs that are open',
    x: 'open runs',
    metric: IDLE,
    points,
    notes: [
      "It reads ComfyUI's whole queue every 3 s (about 3 KB a run here), or less often, so that this takes a tenth of the time at the most",
    ],
  };
}

async function measureMemory(): Promise<Curve> {
  const points: Point[] = [];
  for (const count of COUNTS) {
    const each = await follow(count, COLLECTING);
    points.push({ x: count, samples: [await settledMegabytes(each.studio)] });
    await stop(each);
  }
  return {
    kind: 'curve',
    title: 'Memory of Studio, by runs that are open',
    x: 'open runs',
    metric: SETTLED_MEMORY,
    points,
    notes: ['After all garbage was collected'],
  };
}

/** A Studio that knows `count` runs: one executes, the others wait. */
async function follow(count: number, flags: readonly string[]): Promise<Followed> {
  const source = await startFrameSource(count - 1);
  const studio = await startStudio({ COMFYUI_URL: source.url }, flags);
  await source.connected();
  const promptId = await submit(studio);
  while ((await openRuns(studio)) < count) await setTimeout(50);
  return { count, source, studio, promptId };
}

async function stop({ studio, source }: Followed): Promise<void> {
  await studio.stop();
  source.close();
}

async function cost({ studio }: Followed, work: () => Promise<unknown>): Promise<number> {
  const before = cpuMicroseconds(studio.pid);
  await work();
  return cpuMicroseconds(studio.pid) - before;
}

/** Returns how many they were. */
async function sendFrames({ source, promptId }: Followed, ms: number): Promise<number> {
  const startedAt = performance.now();
  let sent = 0;
  for (let elapsed = 0; elapsed < ms; elapsed = performance.now() - startedAt) {
    for (const due = (elapsed / 1000) * FRAMES_PER_SECOND; sent < due; sent += 1)
      source.send(progressFrame(promptId, sent));
    await setTimeout(1);
  }
  return sent;
}

const NODES = ['1', '2', '3', '4', '5', '6', '7'];

function progressFrame(promptId: string, step: number): string {
  const nodes = NODES.map((id, at) => {
    const state = at < 3 ? 'finished' : at === 3 ? 'running' : 'pending';
    const value = at < 3 ? 1 : at === 3 ? (step % 1000) + 1 : 0;
    const max = at === 3 ? 1000 : 1;
    return [
      id,
      { value, max, state, node_id: id, prompt_id: promptId, display_node_id: id, real_node_id: id },
    ];
  });
  return JSON.stringify({
    type: 'progress_state',
    data: { prompt_id: promptId, nodes: Object.fromEntries(nodes) },
  });
}

const Accepted = z.object({ prompt_id: z.string() });
const Queue = z.object({ running: z.array(z.unknown()), pending: z.array(z.unknown()) });

async function submit({ port, key }: Studio): Promise<string> {
  const prompt = Object.fromEntries(
    NODES.map((id) => [id, { class_type: 'KSampler', inputs: { steps: 20 } }]),
  );
  const reply = await fetch(`http://127.0.0.1:${port}/api/run`, {
    method: 'POST',
    headers: { 'X-API-Key': key },
    body: JSON.stringify({ prompt }),
  });
  return Accepted.parse(await reply.json()).prompt_id;
}

async function openRuns({ port, key }: Studio): Promise<number> {
  const reply = await fetch(`http://127.0.0.1:${port}/api/admin/queue`, { headers: { 'X-API-Key': key } });
  const { running, pending } = Queue.parse(await reply.json());
  return running.length + pending.length;
}
