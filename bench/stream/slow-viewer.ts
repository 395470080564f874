import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hrtime } from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { type ServerProcess, startServer } from '../server-process.ts';
import { type Child, startChild } from './child.ts';
import { type FrameSource, startFrameSource } from './frame-source.ts';
import type { Answer, Order } from './viewers.ts';

const VIEWERS = 999;
const FRAME_EVERY_MS = 200;
/** What ComfyUI sends of a latent image. */
const PREVIEW_BYTES = 16 * 1024;
/** Of another run, so that only the viewer of everything gets it: it fills what the system buffers for that one. */
const FILLING_BYTES = 1024 * 1024;

interface Phase {
  /** Of each state that came to a viewer: ms from ComfyUI's frame on. */
  readonly latencies: readonly number[];
  readonly residentMegabytes: number;
  readonly longestWait: number;
  /** How often the one that does not read was closed, and came again. */
  readonly closed: number;
}

/**
 * A thousand viewers of one run, and one of them watches everything and reads, or does not. Prints how late the others are
 * told, what Studio's memory does, and whether ComfyUI ever waits.
 */
export async function measureSlowViewer(rounds: number, frames: number): Promise<void> {
  const source = await startFrameSource();
  const studioDir = mkdtempSync(join(tmpdir(), 'studio-stream-'));
  const key = `studio_${randomBytes(32).toString('base64url')}`;
  const studio = await startServer('node', ['dist/core/main.js'], {
    API_KEY: key,
    STUDIO_DIR: studioDir,
    STUDIO_HOST: '127.0.0.1',
    STUDIO_PORT: '0',
    COMFYUI_URL: source.url,
  });
  const viewers = startChild<Order, Answer>('bench/stream/viewers.ts');
  try {
    await source.connected();
    const [watched, other] = [await submit(studio, key), await submit(studio, key)];
    for (const prompt_id of [watched, other])
      source.send(JSON.stringify({ type: 'execution_start', data: { prompt_id } }));
    const headers = { 'X-API-Key': key };
    const target = `/api/run/ws?prompt_id=${watched}`;
    await viewers.ask({
      order: 'connect',
      viewers: { count: VIEWERS, port: studio.port, target, headers, timed: true },
    });
    const bench: Bench = { source, studio, viewers, key, watched, other, step: 0 };
    await run(bench, frames, true);

    console.log(
      `${VIEWERS} viewers of a run and 1 of everything; ${rounds} rounds in turn of ${frames} frames, one each ${FRAME_EVERY_MS} ms,\nwith a preview of ${PREVIEW_BYTES / 1024} KiB and, for the one, ${FILLING_BYTES / 1024 / 1024} MiB of another run\n`,
    );
    console.log('the one           p50        p99        most       memory     ComfyUI waited   closed');
    const quiet: Phase[] = [];
    const slow: Phase[] = [];
    for (let round = 0; round < rounds; round += 1) {
      quiet.push(await run(bench, frames, true));
      slow.push(await run(bench, frames, false));
    }
    print('reads', quiet);
    print('does not read', slow);
    const late = percentile(all(slow), 0.99) - percentile(all(quiet), 0.99);
    const grown = memory(slow) - memory(quiet);
    console.log(`\np99 ${late.toFixed(1)} ms above quiet; memory ${grown.toFixed(1)} MB above`);
  } finally {
    await viewers.stop();
    await studio.stop();
    source.close();
    rmSync(studioDir, { recursive: true, force: true });
  }
}

interface Bench {
  readonly source: FrameSource;
  readonly studio: ServerProcess;
  readonly viewers: Child<Order, Answer>;
  readonly key: string;
  readonly watched: string;
  readonly other: string;
  step: number;
}

async function run(bench: Bench, frames: number, reads: boolean): Promise<Phase> {
  const { source, studio, viewers } = bench;
  const sentAt = new Map<number, number>();
  const one = openOne(bench, reads);
  await viewers.ask({ order: 'arrivals' });
  source.longestWait();
  let residentMegabytes = 0;
  for (let count = 0; count < frames; count += 1) {
    bench.step += 1;
    const data = { prompt_id: bench.watched, node: '3', value: bench.step, max: 1_000_000 };
    sentAt.set(bench.step, Number(hrtime.bigint() / 1000n));
    source.send(JSON.stringify({ type: 'progress', data }));
    source.send(preview(bench.watched, PREVIEW_BYTES));
    await setTimeout(FRAME_EVERY_MS / 2);
    source.send(preview(bench.other, FILLING_BYTES));
    residentMegabytes = Math.max(residentMegabytes, resident(studio.pid));
    await setTimeout(FRAME_EVERY_MS / 2);
  }
  const answer = await viewers.ask({ order: 'arrivals' });
  if (answer.answer !== 'arrivals') throw new Error('no arrivals');
  const latencies = answer.arrivals.flatMap(([step, at]) => {
    const from = sentAt.get(step);
    return from === undefined ? [] : [(at - from) / 1000];
  });
  // A run's states come at most every 150 ms, so a frame may be overtaken by the next; that is rare.
  if (latencies.length < 0.9 * frames * VIEWERS) throw new Error(`only ${latencies.length} states came`);
  const closed = one.stop();
  await setTimeout(500);
  return { latencies, residentMegabytes, longestWait: source.longestWait(), closed };
}

/** The viewer of everything. When it is closed for not reading it comes again, as a client would. */
function openOne({ studio, key }: Bench, reads: boolean): { stop(): number } {
  let closed = -1;
  let isStopped = false;
  let socket = connect(studio.port, '127.0.0.1');
  const open = (): void => {
    closed += 1;
    if (closed > 0) socket = connect(studio.port, '127.0.0.1');
    socket.write(
      'GET /api/run/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nX-API-Key: ${key}\r\n\r\n`,
    );
    if (reads) socket.resume();
    socket.on('error', () => {});
    socket.on('close', () => {
      if (!isStopped) open();
    });
  };
  open();
  return {
    stop() {
      isStopped = true;
      socket.destroy();
      return closed;
    },
  };
}

function preview(prompt_id: string, bytes: number): Uint8Array {
  const head = Buffer.from(JSON.stringify({ prompt_id, node_id: '3', image_type: 'image/jpeg' }));
  const frame = Buffer.alloc(8 + head.length + bytes);
  frame.writeUInt32BE(4, 0);
  frame.writeUInt32BE(head.length, 4);
  head.copy(frame, 8);
  return frame;
}

async function submit({ port }: ServerProcess, key: string): Promise<string> {
  const reply = await fetch(`http://127.0.0.1:${port}/api/run`, {
    method: 'POST',
    headers: { 'X-API-Key': key },
    body: JSON.stringify({ prompt: { 3: { class_type: 'KSampler', inputs: {} } } }),
  });
  return z.object({ prompt_id: z.string() }).parse(await reply.json()).prompt_id;
}

function resident(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

function print(name: string, phases: readonly Phase[]): void {
  const latencies = all(phases);
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const columns = [
    name.padEnd(18),
    ms(percentile(latencies, 0.5)).padEnd(11),
    ms(percentile(latencies, 0.99)).padEnd(11),
    ms(percentile(latencies, 1)).padEnd(11),
    `${memory(phases).toFixed(0)} MB`.padEnd(11),
    ms(Math.max(...phases.map(({ longestWait }) => longestWait))).padEnd(17),
    phases.map(({ closed }) => closed).join(', '),
  ];
  console.log(columns.join(''));
}

function all(phases: readonly Phase[]): number[] {
  return phases.flatMap(({ latencies }) => latencies).sort((a, b) => a - b);
}

/** The median of the rounds' peaks. */
function memory(phases: readonly Phase[]): number {
  const peaks = phases.map(({ residentMegabytes }) => residentMegabytes).sort((a, b) => a - b);
  return percentile(peaks, 0.5);
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
