/**
 * npm run bench:slow: what 1,000 slow clients do to the others. Three kinds, as slowhttptest has them: headers that never end,
 * bodies that never end, and replies that are not read. Each is run by slowhttptest where it is installed, else by the client
 * below. Ordinary requests are timed before and meanwhile, and the server's memory is watched.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';
import { startServer } from './server-process.ts';

const SLOW_CLIENTS = 1000;
const TIMED_REQUESTS = 6000;
const ROUNDS = 3;

type Mode = 'slow headers' | 'slow body' | 'slow read';

const studioDir = mkdtempSync(join(tmpdir(), 'studio-slow-'));
const studio = await startServer('node', ['dist/core/main.js'], {
  API_KEY: `studio_${randomBytes(32).toString('base64url')}`,
  STUDIO_DIR: studioDir,
  STUDIO_HOST: '127.0.0.1',
  STUDIO_PORT: '0',
  COMFYUI_URL: 'http://127.0.0.1:9',
});
const origin = `http://127.0.0.1:${studio.port}`;
const hasSlowhttptest = spawnSync('which', ['slowhttptest']).status === 0;
const page = await fetch(`${origin}/login`).then((reply) => reply.text());
const largestFile = /\/static\/[^"]+\.js/.exec(page)?.[0] ?? '/login';

console.log(
  `${SLOW_CLIENTS} slow clients, by ${hasSlowhttptest ? 'slowhttptest' : 'the own client'}; p99 of ${TIMED_REQUESTS} GET /api/health over 4 connections, median of ${ROUNDS} rounds\n`,
);
console.log(
  'mode           p99 quiet   p99 meanwhile   ratio   open at once   memory before -> during -> after',
);
try {
  await timeRequests();
  for (const mode of ['slow headers', 'slow body', 'slow read'] as const) await measure(mode);
} finally {
  await studio.stop();
  rmSync(studioDir, { recursive: true, force: true });
}

async function measure(mode: Mode): Promise<void> {
  const quiet: number[] = [];
  const meanwhile: number[] = [];
  const before = residentMegabytes();
  let open = 0;
  let during = before;
  for (let round = 0; round < ROUNDS; round += 1) {
    quiet.push(await timeRequests());
    const attack = hasSlowhttptest ? runSlowhttptest(mode) : runOwnClient(mode);
    await untilOpen(SLOW_CLIENTS * 0.9);
    meanwhile.push(await timeRequests());
    open = Math.max(open, connections());
    during = Math.max(during, residentMegabytes());
    attack.stop();
    await untilClosed();
  }
  const columns = [
    mode.padEnd(15),
    `${median(quiet).toFixed(2)} ms`.padEnd(12),
    `${median(meanwhile).toFixed(2)} ms`.padEnd(16),
    (median(meanwhile) / median(quiet)).toFixed(2).padEnd(8),
    String(open).padEnd(15),
    `${before.toFixed(0)} -> ${during.toFixed(0)} -> ${residentMegabytes().toFixed(0)} MB`,
  ];
  console.log(columns.join(''));
}

/** The p99 of ordinary requests, in milliseconds. */
async function timeRequests(): Promise<number> {
  const pool = new Pool(origin, { connections: 4 });
  const times: number[] = [];
  const ask = async (): Promise<void> => {
    while (times.length < TIMED_REQUESTS) {
      const startedAt = performance.now();
      const { body } = await pool.request({ method: 'GET', path: '/api/health' });
      await body.dump();
      times.push(performance.now() - startedAt);
    }
  };
  await Promise.all([ask(), ask(), ask(), ask()]);
  await pool.close();
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length * 0.99)] ?? Number.NaN;
}

interface Attack {
  stop(): void;
}

function runSlowhttptest(mode: Mode): Attack {
  const flags = {
    'slow headers': ['-H'],
    'slow body': ['-B', '-s', '8192', '-t', 'POST'],
    'slow read': ['-X', '-w', '10', '-y', '20', '-n', '5', '-z', '32', '-k', '3'],
  }[mode];
  const target = { 'slow headers': '/login', 'slow body': '/api/auth/login', 'slow read': largestFile }[mode];
  const child: ChildProcess = spawn(
    'slowhttptest',
    [
      ...flags,
      '-c',
      String(SLOW_CLIENTS),
      '-r',
      '1000',
      '-i',
      '3',
      '-x',
      '8',
      '-l',
      '60',
      '-u',
      origin + target,
    ],
    { stdio: 'ignore' },
  );
  return { stop: () => child.kill('SIGKILL') };
}

/** A connection that is closed is opened again, as an attacker would. */
function runOwnClient(mode: Mode): Attack {
  const sockets = new Set<Socket>();
  let stopped = false;
  const open = (): void => {
    const socket = connect(studio.port, '127.0.0.1', () => socket.write(opening(mode)));
    const drip = setInterval(() => {
      if (mode !== 'slow read') socket.write(mode === 'slow headers' ? 'X-Slow: 1\r\n' : 'x');
    }, 3000);
    if (mode === 'slow read') socket.pause();
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(drip);
      sockets.delete(socket);
      if (!stopped) open();
    });
  };
  for (let count = 0; count < SLOW_CLIENTS; count += 1) open();
  return {
    stop() {
      stopped = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}

function opening(mode: Mode): string {
  if (mode === 'slow headers') return 'GET /login HTTP/1.1\r\nHost: slow\r\n';
  if (mode === 'slow body')
    return 'POST /api/auth/login HTTP/1.1\r\nHost: slow\r\nContent-Length: 8192\r\n\r\n{';
  return `GET ${largestFile} HTTP/1.1\r\nHost: slow\r\n\r\n`.repeat(200);
}

async function untilOpen(wanted: number): Promise<void> {
  for (let tries = 0; connections() < wanted && tries < 100; tries += 1) await pause(100);
}

async function untilClosed(): Promise<void> {
  for (let tries = 0; connections() > 50 && tries < 300; tries += 1) await pause(100);
}

/** The server's established connections, by its open sockets. */
function connections(): number {
  const port = studio.port.toString(16).toUpperCase().padStart(4, '0');
  const established = new RegExp(`^\\s*\\d+: [0-9A-F]+:${port} [0-9A-F]+:[0-9A-F]{4} 01 `, 'gm');
  return [...readFileSync('/proc/net/tcp', 'utf8').matchAll(established)].length;
}

function residentMegabytes(): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${studio.pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
