import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { inTurn } from '../load/in-turn.ts';
import { forgetPeak, peakMegabytes, residentMegabytes } from '../process.ts';
import { type Options, PEAK_MEMORY, type Result, type Scenario } from '../scenario.ts';
import { startServer } from '../server-process.ts';
import { startStudio } from '../studio.ts';

const MEBIBYTE = 1024 ** 2;

/** In bytes per millisecond. */
const GIGABIT = 125_000;

export const PROXY_MEMORY: Scenario = {
  name: 'proxy-memory',
  measures: 'How far Studio grows while 1 GiB passes through it: up, down, and down to a slow reader.',
  run,
};

async function run({ quick }: Options): Promise<readonly Result[]> {
  const total = (quick ? 256 : 1024) * MEBIBYTE;
  const upstream = await startServer('node', ['--import=tsx', 'bench/servers/upstream.ts'], {});
  const studio = await startStudio({ COMFYUI_URL: `http://127.0.0.1:${upstream.port}` });
  try {
    const cookie = await studio.logIn();
    const { port, pid, version } = studio;
    const ways = [
      { name: 'Studio: up, at 1 Gbit/s', pass: () => upload(port, cookie, total, GIGABIT) },
      { name: 'Studio: up, as fast as it goes', pass: () => upload(port, cookie, total) },
      { name: 'Studio: down, as fast as it goes', pass: () => download(port, cookie, total, 0) },
      { name: 'Studio: down, resting 20 ms after each 8 MiB', pass: () => download(port, cookie, total, 20) },
    ].map((way) => ({ ...way, version }));
    const rows = await inTurn(ways, quick ? 1 : 3, async ({ pass }) => {
      const before = residentMegabytes(pid);
      forgetPeak(pid);
      const startedAt = performance.now();
      await pass();
      const seconds = (performance.now() - startedAt) / 1000;
      return { speed: total / MEBIBYTE / seconds, before, [PEAK_MEMORY.key]: peakMegabytes(pid) };
    });
    const speed = { key: 'speed', title: 'MiB/s', digits: 0 };
    const before = { key: 'before', title: 'RSS before, MB', digits: 0 };
    return [
      {
        kind: 'table',
        title: `${total / MEBIBYTE} MiB through /comfyui/`,
        metrics: [speed, before, PEAK_MEMORY],
        baseline: null,
        rows,
        notes: [],
      },
    ];
  } finally {
    await studio.stop();
    await upstream.stop();
  }
}

/** `pace` in bytes per ms. */
async function upload(
  port: number,
  cookie: string,
  total: number,
  pace = Number.POSITIVE_INFINITY,
): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.write(
    `POST /comfyui/upload/image HTTP/1.1\r\nHost: bench\r\nCookie: ${cookie}\r\nContent-Length: ${total}\r\n\r\n`,
  );
  const chunk = Buffer.alloc(MEBIBYTE);
  const startedAt = performance.now();
  for (let sent = 0; sent < total; sent += chunk.length) {
    if (!socket.write(chunk)) await once(socket, 'drain');
    const early = startedAt + sent / pace - performance.now();
    if (early > 1) await setTimeout(early);
  }
  const [reply] = await once(socket, 'data');
  if (!String(reply).includes(`{"size":${total}}`)) throw new Error(`not all arrived: ${reply}`);
  socket.destroy();
}

async function download(port: number, cookie: string, total: number, restMs: number): Promise<void> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.write(
    `GET /comfyui/bytes/${total} HTTP/1.1\r\nHost: bench\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`,
  );
  let received = 0;
  let sinceRest = 0;
  for await (const chunk of socket) {
    received += chunk.length;
    sinceRest += chunk.length;
    if (received >= total) break;
    if (restMs === 0 || sinceRest < 8 * MEBIBYTE) continue;
    sinceRest = 0;
    await setTimeout(restMs);
  }
  if (received < total) throw new Error(`only ${received} bytes arrived`);
}
