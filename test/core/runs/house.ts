import type { Test } from 'tap';
import type { EventLog, StudioEvent } from '../../../core/events/event-log.ts';
import type { Prompt, PromptId, RunProgress } from '../../../core/runs/run.ts';
import type { Runs } from '../../../core/runs/runs.ts';
import { createTracker, type TrackerOptions } from '../../../core/runs/tracker.ts';
import { type StandIn, startStandIn } from '../../support/comfyui/stand-in.ts';
import { openRecords } from '../../support/records.ts';
import { silentLog } from './silent-log.ts';

/** Everything as soon as it may be: no test waits for an interval. */
export const QUICK = {
  progressIntervalMs: 0,
  previewIntervalMs: 0,
  inquiryIntervalMs: 20,
  upstream: { firstRetry: 5, longestRetry: 20 },
} satisfies Partial<TrackerOptions>;

/** A tracker, and the stand-in that it follows. */
export interface House<Comfyui = StandIn> {
  readonly comfyui: Comfyui;
  readonly runs: Runs;
  readonly events: EventLog;
  /** Every progress that was told, in order. */
  readonly told: RunProgress[];
}

export async function start(t: Test, options: Partial<TrackerOptions> = {}): Promise<House> {
  const comfyui = await startStandIn({ stepDelayMs: 0 });
  t.teardown(() => comfyui.close());
  const house = track(t, comfyui, options);
  await connected(house.runs, house.events);
  return house;
}

export function track<Comfyui extends { readonly url: string }>(
  t: Test,
  comfyui: Comfyui,
  options: Partial<TrackerOptions> = {},
): House<Comfyui> {
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
export function sampling(steps: number, preview = 'none'): Prompt {
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

export function failing(): Prompt {
  const prompt = sampling(1);
  return {
    ...prompt,
    '5': { class_type: 'FailNode', inputs: { image: ['2', 0], text: 'boom' } },
    '3': { class_type: 'SaveImage', inputs: { images: ['5', 0], filename_prefix: 'run' } },
  };
}

/** Resolves with the first progress of the run that is as wanted, past ones left out. */
export function until(runs: Runs, id: PromptId, wanted: (run: RunProgress) => boolean): Promise<RunProgress> {
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

export const over = (run: RunProgress) => run.ended_at !== null;
export const running = (run: RunProgress) => run.status === 'running';

/** Resolves with the first event of that type after `since`. */
export async function event(events: EventLog, type: StudioEvent['type'], since = 0): Promise<StudioEvent> {
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

export async function connected(runs: Runs, events: EventLog): Promise<void> {
  if (!runs.connected) await event(events, 'comfyui.connected');
}

export async function typesOf(events: EventLog, id: PromptId): Promise<StudioEvent['type'][]> {
  const all = await events.since(0);
  return all.filter((event) => event.data.prompt_id === id).map((event) => event.type);
}

/** Resolves once ComfyUI's queue was asked for so many times more. */
export async function rounds(comfyui: StandIn, count: number): Promise<void> {
  for (let round = 0; round < count; round += 1) {
    const known = new Set(comfyui.requests);
    await comfyui.requested((request) => request.path === '/queue' && !known.has(request));
  }
}

export const filesOf = (run: RunProgress): string[] =>
  Object.values(run.node_outputs).flatMap(({ items }) => items.map(({ filename }) => filename));

/** What the graph editor does, or anybody who talks to ComfyUI directly. Without a client id, its frames go to all. */
export async function queueElsewhere(
  comfyui: StandIn,
  prompt_id: string,
  prompt: Prompt,
  more: object = { client_id: 'editor' },
): Promise<void> {
  await tellComfyui(comfyui, '/prompt', { prompt, prompt_id, ...more });
}

export async function tellComfyui(comfyui: StandIn, path: string, body: object): Promise<void> {
  const answer = await fetch(comfyui.url + path, { method: 'POST', body: JSON.stringify(body) });
  await answer.text();
}
