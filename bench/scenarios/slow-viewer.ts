import { connect } from 'node:net';
import { hrtime } from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { inTurn, type Sample } from '../load/in-turn.ts';
import { forgetPeak, peakMegabytes } from '../process.ts';
import { type Options, P50, P99, PEAK_MEMORY, type Result, type Scenario } from '../scenario.ts';
import { quantile } from '../statistics.ts';
import { type Child, startChild } from '../stream/child.ts';
import { type FrameSource, startFrameSource } from '../stream/frame-source.ts';
import { submitRun } from '../stream/submit-run.ts';
import type { Answer, Order } from '../stream/viewers.ts';
import { type Studio, startStudio } from '../studio.ts';

const VIEWERS = 999;
const FRAME_EVERY_MS = 200;
/** What ComfyUI sends of a latent image. */
const PREVIEW_BYTES = 16 * 1024;
/** Of another run, so that only the viewer of everything gets it: it fills what the system buffers for that one. */
const FILLING_BYTES = 1024 * 1024;

export const SLOW_VIEWER: Scenario = {
  name: 'slow-viewer',
  measures:
    'How late 999 viewers are told what ComfyUI says while one more does not read; and whether ComfyUI waits.',
  run,
};

async function run({ quick }: Options): Promise<readonly Result[]> {
  const frames = quick ? 20 : 50;
  const source = await startFrameSource();
  const studio = await startStudio({ COMFYUI_URL: source.url });
  const viewers = startChild<Order, Answer>('bench/stream/viewers.ts');
  try {
    await source.connected();
    const [watched, other] = [await submitRun(studio), await submitRun(studio)];
    for (const prompt_id of [watched, other])
      source.send(JSON.stringify({ type: 'execution_start', data: { prompt_id } }));
    const headers = { 'X-API-Key': studio.key };
    const target = `/api/run/ws?prompt_id=${watched}`;
    await viewers.ask({
      order: 'connect',
      viewers: { count: VIEWERS, port: studio.port, target, headers, timed: true },
    });
    const stage: Stage = { source, studio, viewers, watched, other, step: 0 };
    const ones = [
      { name: 'Studio, and the one reads', version: studio.version, reads: true },
      { name: 'Studio, and it does not', version: studio.version, reads: false },
    ];
    const rows = await inTurn(ones, quick ? 1 : 3, ({ reads }) => play(stage, frames, reads));
    return [
      {
        kind: 'table',
        title: "from ComfyUI's frame to the viewers, ms",
        metrics: [
          P50,
          P99,
          { key: 'most', title: 'most ms', digits: 1 },
          PEAK_MEMORY,
          { key: 'waited', title: 'ComfyUI waited ms', digits: 1 },
          { key: 'closed', title: 'the one was closed', digits: 0 },
        ],
        baseline: null,
        rows,
        notes: [
          `${frames} frames a round, one each ${FRAME_EVERY_MS} ms, with a preview of ${PREVIEW_BYTES / 1024} KiB and, for the one, ${FILLING_BYTES / 1024 / 1024} MiB of another run; the thousand sockets are read on the same machine`,
        ],
      },
    ];
  } finally {
    await viewers.stop();
    await studio.stop();
    source.close();
  }
}

interface Stage {
  readonly source: FrameSource;
  readonly studio: Studio;
  readonly viewers: Child<Order, Answer>;
  readonly watched: string;
  readonly other: string;
  step: number;
}

/** One round: frames, and what the viewers had of them. */
async function play(stage: Stage, frames: number, reads: boolean): Promise<Sample> {
  const { source, studio, viewers } = stage;
  const sentAt = new Map<number, number>();
  const one = openOne(studio, reads);
  await viewers.ask({ order: 'arrivals' });
  source.longestWait();
  forgetPeak(studio.pid);
  for (let count = 0; count < frames; count += 1) {
    stage.step += 1;
    const data = { prompt_id: stage.watched, node: '3', value: stage.step, max: 1_000_000 };
    sentAt.set(stage.step, Number(hrtime.bigint() / 1000n));
    source.send(JSON.stringify({ type: 'progress', data }));
    source.send(preview(stage.watched, PREVIEW_BYTES));
    await setTimeout(FRAME_EVERY_MS / 2);
    source.send(preview(stage.other, FILLING_BYTES));
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
  const peak = peakMegabytes(studio.pid);
  const closed = one.stop();
  await setTimeout(500);
  return {
    [P50.key]: quantile(latencies, 0.5),
    [P99.key]: quantile(latencies, 0.99),
    most: quantile(latencies, 1),
    [PEAK_MEMORY.key]: peak,
    waited: source.longestWait(),
    closed,
  };
}

/** The viewer of everything. When it is closed for not reading it comes again, as a client would; `stop` says how often. */
function openOne({ port, key }: Studio, reads: boolean): { stop(): number } {
  let closed = -1;
  let isStopped = false;
  let socket = connect(port, '127.0.0.1');
  const open = (): void => {
    closed += 1;
    if (closed > 0) socket = connect(port, '127.0.0.1');
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
