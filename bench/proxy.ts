/**
 * npm run bench:proxy [-- scenario...] [--quick] [--memory]: what passing a request on to ComfyUI costs, in Studio and in others.
 * With --memory instead: how far the process grows while 1 GiB goes up, down, and down to a slow reader.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { measureMemory } from './memory.ts';
import { nginxVersion, startNginx } from './nginx.ts';
import { cpuMicroseconds } from './process.ts';
import { type ServerProcess, startServer } from './server-process.ts';

interface Scenario {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: Buffer;
  readonly connections: number;
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'small GET', method: 'GET', path: '/comfyui/queue', connections: 32 },
  { name: '10 MB GET', method: 'GET', path: '/comfyui/view?filename=a.png', connections: 4 },
  {
    name: '10 MB POST',
    method: 'POST',
    path: '/comfyui/upload/image',
    body: Buffer.alloc(10 * 1024 * 1024),
    connections: 4,
  },
];

interface Contender {
  readonly name: string;
  readonly port: number;
  /** All processes that stand before the upstream. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

interface Sample {
  readonly microseconds: number;
  readonly perSecond: number;
}

const args = process.argv.slice(2);
const quick = args.includes('--quick');
const names = args.filter((arg) => !arg.startsWith('--'));
const ROUNDS = quick ? 3 : 7;
const SECONDS = quick ? 1 : 2;

const studioDir = mkdtempSync(join(tmpdir(), 'studio-bench-'));
const key = `studio_${randomBytes(32).toString('base64url')}`;
const upstream = await startServer('node', ['--import=tsx', 'bench/servers/upstream.ts'], {});
const COMFYUI_URL = `http://127.0.0.1:${upstream.port}`;
const contenders: Contender[] = [];
try {
  const studio = await startServer('node', ['dist/core/main.js'], {
    API_KEY: key,
    STUDIO_DIR: studioDir,
    STUDIO_HOST: '127.0.0.1',
    STUDIO_PORT: '0',
    COMFYUI_URL,
  });
  contenders.push({ name: 'Studio', pids: [studio.pid], ...studio });
  const cookie = await logIn(studio.port);
  if (args.includes('--memory')) await measureMemory(studio, cookie);
  else await compare(studio, cookie);
} finally {
  for (const contender of contenders) await contender.stop();
  await upstream.stop();
  rmSync(studioDir, { recursive: true, force: true });
}

async function compare(studio: ServerProcess, cookie: string): Promise<void> {
  const undici = await startServer('node', ['--import=tsx', 'bench/servers/undici-proxy.ts'], {
    COMFYUI_URL,
  });
  contenders.push({ name: 'uWS + undici', pids: [undici.pid], ...undici });
  const nginx = nginxVersion();
  if (nginx !== null) {
    const plain = await startNginx(upstream.port, null);
    contenders.unshift({ name: 'nginx', pids: [plain.pid], ...plain });
    // The session is Studio's own, so Studio says whether it holds, and its work counts.
    const asking = await startNginx(upstream.port, studio.port);
    contenders.push({ name: 'nginx + auth', pids: [asking.pid, studio.pid], ...asking });
  }
  console.log(
    `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}, ${nginx === null ? 'nginx is not installed: left out' : `nginx ${nginx}`}`,
  );
  console.log(
    `${ROUNDS} rounds in turn of ${SECONDS} s; medians (least to most); CPU of what stands before the upstream\n`,
  );
  console.log(
    `scenario    server          CPU us/request             requests/s   CPU, ratio to ${contenders[0]?.name}`,
  );
  for (const scenario of SCENARIOS)
    if (names.length === 0 || names.includes(scenario.name)) await measure(scenario, cookie);
}

async function measure(scenario: Scenario, cookie: string): Promise<void> {
  const samples = new Map<Contender, Sample[]>(contenders.map((contender) => [contender, []]));
  for (const contender of contenders) await load(contender, scenario, cookie, 1);
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [contender, own] of samples) own.push(await load(contender, scenario, cookie, SECONDS));
  let limit: number | null = null;
  for (const [{ name }, own] of samples) {
    const costs = own.map(({ microseconds }) => microseconds);
    limit ??= median(costs);
    const cost = `${median(costs).toFixed(1)} (${Math.min(...costs).toFixed(1)}-${Math.max(...costs).toFixed(1)})`;
    const rate = median(own.map(({ perSecond }) => perSecond));
    console.log(
      `${scenario.name.padEnd(12)}${name.padEnd(16)}${cost.padEnd(27)}${rate.toFixed(rate < 1000 ? 1 : 0).padEnd(13)}${(median(costs) / limit).toFixed(2)}`,
    );
  }
}

async function load(
  { pids, port }: Contender,
  scenario: Scenario,
  cookie: string,
  seconds: number,
): Promise<Sample> {
  const cpu = () => pids.reduce((sum, pid) => sum + cpuMicroseconds(pid), 0);
  const before = cpu();
  const result = await autocannon({
    url: `http://127.0.0.1:${port}${scenario.path}`,
    method: scenario.method,
    connections: scenario.connections,
    duration: seconds,
    headers: { cookie, accept: '*/*', 'user-agent': 'bench' },
    ...(scenario.body !== undefined && { body: scenario.body }),
  });
  if (result.errors > 0 || result.non2xx > 0)
    throw new Error(`${result.errors} requests failed, ${result.non2xx} were refused`);
  return {
    microseconds: (cpu() - before) / result.requests.total,
    perSecond: result.requests.total / result.duration,
  };
}

async function logIn(port: number): Promise<string> {
  const reply = await fetch(`http://127.0.0.1:${port}/api/auth/login`, {
    method: 'POST',
    body: JSON.stringify({ api_key: key }),
  });
  return reply.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
