import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { ServerProcess } from './server-process.ts';

const TOTAL = 1024 ** 3;

/** In bytes per millisecond. */
const GIGABIT = 125_000;

/** How far the server's process grows while 1 GiB passes through it, in each of three ways. */
export async function measureMemory(server: ServerProcess, cookie: string): Promise<void> {
  const ways = {
    'up, at 1 Gbit/s': () => upload(server.port, cookie, TOTAL, GIGABIT),
    'up, as fast as it goes': () => upload(server.port, cookie, TOTAL),
    'down, as fast as it goes': () => download(server.port, cookie, 0),
    'down, a reader that rests 20 ms after each 8 MiB': () => download(server.port, cookie, 20),
  };
  // What the first requests bring with them stays.
  await download(server.port, cookie, 0, 64 * 1024 * 1024);
  await upload(server.port, cookie, 64 * 1024 * 1024);
  for (const [name, run] of Object.entries(ways)) {
    const before = residentMegabytes(server.pid);
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, residentMegabytes(server.pid));
    }, 20);
    const startedAt = performance.now();
    await run();
    clearInterval(watch);
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(
      `1 GiB ${name}: ${(TOTAL / 1024 ** 2 / seconds).toFixed(0)} MiB/s, memory ${before.toFixed(0)} -> at most ${most.toFixed(0)} MB`,
    );
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
  const chunk = Buffer.alloc(1024 * 1024);
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

async function download(port: number, cookie: string, restMs: number, total = TOTAL): Promise<void> {
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
    if (restMs === 0 || sinceRest < 8 * 1024 * 1024) continue;
    sinceRest = 0;
    await setTimeout(restMs);
  }
  if (received < total) throw new Error(`only ${received} bytes arrived`);
}

function residentMegabytes(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
