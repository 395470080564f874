/** npm run bench [-- scenario...] [--quick]: what a request costs in Studio, and in uWebSockets.js writing the same bytes. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { cpuMicroseconds } from './process-cpu.ts';
import { type ServerProcess, startServer } from './server-process.ts';

interface Scenario {
  readonly name: string;
  readonly path: string;
  readonly headers: (login: Login) => Record<string, string>;
}

interface Login {
  readonly key: string;
  readonly cookie: string;
}

/** All ask for the same small JSON; they differ in how the caller proves who it is. */
const SCENARIOS: readonly Scenario[] = [
  { name: 'session', path: '/api/auth/session', headers: ({ cookie }) => ({ cookie }) },
  { name: 'api-key', path: '/api/auth/session', headers: ({ key }) => ({ 'x-api-key': key }) },
  { name: 'denied', path: '/api/auth/session', headers: () => ({}) },
  { name: 'forged', path: '/api/auth/session', headers: ({ cookie }) => ({ cookie: forge(cookie) }) },
  { name: 'health', path: '/api/health', headers: () => ({}) },
];

const args = process.argv.slice(2);
const quick = args.includes('--quick');
const names = args.filter((arg) => !arg.startsWith('--'));
const scenarios = SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name));
const ROUNDS = quick ? 3 : 7;
const SECONDS = quick ? 1 : 2;
const WARM_UP_SECONDS = 1;

interface Sample {
  readonly microseconds: number;
  readonly perSecond: number;
}

const studioDir = mkdtempSync(join(tmpdir(), 'studio-bench-'));
const key = `studio_${randomBytes(32).toString('base64url')}`;
const env = {
  API_KEY: key,
  STUDIO_DIR: studioDir,
  STUDIO_HOST: '127.0.0.1',
  STUDIO_PORT: '0',
  // Nothing answers there: the reconnecting is part of the cost.
  COMFYUI_URL: 'http://127.0.0.1:9',
};
const studio = await startServer('node', ['dist/core/main.js'], env);
try {
  console.log(
    `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}, autocannon ${version('autocannon')}, uWebSockets.js ${version('uWebSockets.js')}`,
  );
  console.log(
    `${ROUNDS} rounds in turn of ${SECONDS} s, 32 connections, 16 requests pipelined on each; medians (least to most)\n`,
  );
  console.log('scenario    server          CPU us/request       requests/s   ratio to raw');
  for (const scenario of scenarios) await compare(scenario, await logIn(studio.port));
  if (names.length === 0 || names.includes('guard')) await compareGuard();
} finally {
  await studio.stop();
  rmSync(studioDir, { recursive: true });
}

async function compare(scenario: Scenario, login: Login): Promise<void> {
  const headers = scenario.headers(login);
  const raw = await startServer('node', ['--import=tsx', 'bench/servers/raw.ts'], {
    REPLIES: JSON.stringify({ [scenario.path]: await captureReply(studio.port, scenario.path, headers) }),
  });
  try {
    const samples = new Map<ServerProcess, Sample[]>([
      [raw, []],
      [studio, []],
    ]);
    for (const server of samples.keys()) await load(server, scenario.path, headers, WARM_UP_SECONDS);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [server, ofServer] of samples)
        ofServer.push(await load(server, scenario.path, headers, SECONDS));
    }
    const limit = median((samples.get(raw) ?? []).map(({ microseconds }) => microseconds));
    for (const [server, ofServer] of samples) {
      print(scenario.name, server === raw ? 'raw uWS' : 'Studio', ofServer, limit);
    }
  } finally {
    await raw.stop();
  }
}

/** The same Studio twice, once with a guard that judges nothing. */
async function compareGuard(): Promise<void> {
  const servers = await Promise.all(
    ['off', 'on'].map((GUARD) =>
      startServer('node', ['--import=tsx', 'bench/servers/studio-guard.ts'], { ...env, GUARD }),
    ),
  );
  const samples: Sample[][] = servers.map(() => []);
  try {
    const headers = { cookie: (await logIn(studio.port)).cookie };
    for (let round = 0; round <= 2 * ROUNDS; round += 1) {
      for (const [index, server] of servers.entries()) {
        const sample = await load(
          server,
          '/api/auth/session',
          headers,
          round === 0 ? WARM_UP_SECONDS : SECONDS,
        );
        if (round > 0) samples[index]?.push(sample);
      }
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
  const [off = [], on = []] = samples;
  const limit = median(off.map(({ microseconds }) => microseconds));
  print('guard', 'guard off', off, limit);
  print('guard', 'guard on', on, limit);
  // Of rounds that followed each other, so that what slows the whole machine for a while is in both.
  const differences = on.map(({ microseconds }, round) => microseconds - (off[round]?.microseconds ?? 0));
  console.log(`the guard costs ${median(differences).toFixed(2)} us of CPU per request`);
}

/** Drives one server to its limit: pipelined, so that it always has a next request at hand. */
async function load(
  server: ServerProcess,
  path: string,
  headers: Record<string, string>,
  seconds: number,
): Promise<Sample> {
  const before = cpuMicroseconds(server.pid);
  const result = await autocannon({
    url: `http://127.0.0.1:${server.port}${path}`,
    connections: 32,
    pipelining: 16,
    duration: seconds,
    headers,
  });
  if (result.errors > 0) throw new Error(`${result.errors} requests failed`);
  return {
    microseconds: (cpuMicroseconds(server.pid) - before) / result.requests.total,
    perSecond: result.requests.total / result.duration,
  };
}

async function logIn(port: number): Promise<Login> {
  const reply = await fetch(`http://127.0.0.1:${port}/api/auth/login`, {
    method: 'POST',
    body: JSON.stringify({ api_key: key }),
  });
  return { key, cookie: reply.headers.get('set-cookie')?.split(';', 1)[0] ?? '' };
}

/** Changes the tag's last character. */
function forge(cookie: string): string {
  return cookie.replace(/.$/, (character) => (character === '0' ? '1' : '0'));
}

/** Studio's own reply, for the raw server to repeat; what uWebSockets.js adds by itself is left out. */
async function captureReply(port: number, path: string, headers: Record<string, string>): Promise<object> {
  const reply = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  const own = new Set(['date', 'uwebsockets', 'content-length', 'connection', 'keep-alive']);
  return {
    status: `${reply.status} ${reply.statusText}`,
    headers: [...reply.headers].filter(([name]) => !own.has(name)),
    body: await reply.text(),
  };
}

function print(scenario: string, server: string, samples: readonly Sample[], limit: number): void {
  const costs = samples.map(({ microseconds }) => microseconds);
  const cost = `${median(costs).toFixed(2)} (${Math.min(...costs).toFixed(2)}-${Math.max(...costs).toFixed(2)})`;
  const rate = Math.round(median(samples.map(({ perSecond }) => perSecond)));
  const ratio = (median(costs) / limit).toFixed(2);
  console.log(
    `${scenario.padEnd(12)}${server.padEnd(16)}${cost.padEnd(21)}${String(rate).padEnd(13)}${ratio}`,
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function version(name: string): string {
  return JSON.parse(readFileSync(join('node_modules', name, 'package.json'), 'utf8')).version;
}
