import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Pool } from 'undici';
import { inTurn } from '../load/in-turn.ts';
import { forgetPeak, peakMegabytes } from '../process.ts';
import { type Options, P99, PEAK_MEMORY, type Result, type Scenario } from '../scenario.ts';
import { attack, hasSlowhttptest, MODES, type Mode, type Target } from '../slow/attack.ts';
import { quantile } from '../statistics.ts';
import { startStudio } from '../studio.ts';

const CLIENTS = 1000;
const TIMED_REQUESTS = 6000;

export const SLOW_CLIENTS: Scenario = {
  name: 'slow-clients',
  measures: 'What 1,000 clients that send or read slowly do to the others.',
  run,
};

async function run({ quick }: Options): Promise<readonly Result[]> {
  const studio = await startStudio();
  const { port, pid, version } = studio;
  try {
    const target = { port, file: await largestFile(port) };
    const rows = await inTurn(
      ([null, ...MODES] as const).map((mode) => ({ name: `Studio, ${mode ?? 'quiet'}`, version, mode })),
      quick ? 1 : 3,
      async ({ mode }) => {
        forgetPeak(pid);
        const { p99, open } = mode === null ? await timeQuiet(port) : await timeAttacked(target, mode);
        return { [P99.key]: p99, open, [PEAK_MEMORY.key]: peakMegabytes(pid) };
      },
    );
    return [
      {
        kind: 'table',
        title: `GET /api/health over 4 connections, among ${CLIENTS} slow clients`,
        metrics: [P99, { key: 'open', title: 'open at once', digits: 0 }, PEAK_MEMORY],
        baseline: { server: 'Studio, quiet', metric: P99.key },
        rows,
        notes: [`the slow clients are ${hasSlowhttptest ? 'slowhttptest' : 'sockets of the bench'}`],
      },
    ];
  } finally {
    await studio.stop();
  }
}

async function timeQuiet(port: number): Promise<{ p99: number; open: number }> {
  return { p99: await timeRequests(port), open: connections(port) };
}

async function timeAttacked(target: Target, mode: Mode): Promise<{ p99: number; open: number }> {
  const { port } = target;
  const attackers = attack(target, mode, CLIENTS);
  try {
    await untilOpen(port, CLIENTS * 0.9);
    return { p99: await timeRequests(port), open: connections(port) };
  } finally {
    attackers.stop();
    await untilClosed(port);
  }
}

/** The p99 of ordinary requests, in milliseconds. */
async function timeRequests(port: number): Promise<number> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 4 });
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
  return quantile(times, 0.99);
}

async function largestFile(port: number): Promise<string> {
  const page = await (await fetch(`http://127.0.0.1:${port}/login`)).text();
  return /\/static\/[^"]+\.js/.exec(page)?.[0] ?? '/login';
}

async function untilOpen(port: number, wanted: number): Promise<void> {
  for (let tries = 0; connections(port) < wanted && tries < 100; tries += 1) await setTimeout(100);
}

async function untilClosed(port: number): Promise<void> {
  for (let tries = 0; connections(port) > 50 && tries < 300; tries += 1) await setTimeout(100);
}

/** The server's established connections, by its open sockets. */
function connections(port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const established = new RegExp(`^\\s*\\d+: [0-9A-F]+:${hex} [0-9A-F]+:[0-9A-F]{4} 01 `, 'gm');
  return [...readFileSync('/proc/net/tcp', 'utf8').matchAll(established)].length;
}
