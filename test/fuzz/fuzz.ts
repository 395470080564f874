/**
 * npm run fuzz [-- --count=200000 --seconds=600 --seed=1]: mutated requests and frames against a built Studio in a process of
 * its own, with a stand-in for ComfyUI behind it. The same seed sends the same bytes. Ends with 1 when Studio died, hung,
 * logged an error, answered 5xx that was not meant, or grew by more than 20 MB after the warm-up.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startServer } from '../../bench/server-process.ts';
import { startStandIn } from '../support/comfyui/stand-in.ts';
import { exchange, type Outcome } from './connection.ts';
import { frameCorpus, requestCorpus } from './corpus.ts';
import { mutate } from './mutate.ts';
import { createRandom, type Random } from './random.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '200000' },
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
  },
});
const COUNT = Number(values.count);
const SECONDS = Number(values.seconds);
const SEED = Number(values.seed);

const AT_ONCE = 48;
const PATIENCE_MS = 40;
const LARGEST_GROWTH = 20 * 1024 * 1024;
/** 501 and 505 come from the parser, 503 from a ComfyUI that is away. */
const MEANT = new Set([501, 503, 505]);
const FRAMES_PER_SOCKET = 8;
const KEY = 'fuzz-key-that-nobody-would-guess-4711';

const COLLECTING = ['--expose-gc', '--import=./test/fuzz/collect-on-signal.mjs'];

const comfyui = await startStandIn({ stepDelayMs: 0 });
const studioDir = mkdtempSync(join(tmpdir(), 'studio-fuzz-'));
const studio = await startServer('node', [...COLLECTING, 'dist/core/main.js'], {
  API_KEY: KEY,
  STUDIO_DIR: studioDir,
  STUDIO_HOST: '127.0.0.1',
  STUDIO_PORT: '0',
  COMFYUI_URL: comfyui.url,
});
const problems: string[] = [];
studio.onExit((code) => problems.push(`Studio ended by itself with ${code}`));
studio.onLine((line) => {
  if (/"level":(50|60)|unhandled/i.test(line)) problems.push(`it logged: ${line.slice(0, 500)}`);
});

const login = await fetch(`http://127.0.0.1:${studio.port}/api/auth/login`, {
  method: 'POST',
  body: JSON.stringify({ api_key: KEY }),
});
const requests = requestCorpus(KEY, login.headers.get('set-cookie')?.split(';', 1)[0] ?? '');
const frames = frameCorpus();
const handshake = requests.at(-1) ?? Buffer.alloc(0);

interface Memory {
  readonly live: number;
  readonly resident: number;
}

const startedAt = performance.now();
const seen = new Map<number, number>();
let sent = 0;
let warm: Promise<Memory> | undefined;

await Promise.all(Array.from({ length: AT_ONCE }, (_, worker) => fuzz(createRandom(SEED * 1000 + worker))));

const elapsed = (performance.now() - startedAt) / 1000;
const alive = await fetch(`http://127.0.0.1:${studio.port}/api/health`).then(
  (reply) => reply.status,
  () => 0,
);
if (alive !== 200) problems.push(`afterwards it answered ${alive}`);
const before = problems.length === 0 ? await warm : undefined;
const after = before === undefined ? undefined : await collectedMemory();
const growth = before === undefined || after === undefined ? 0 : after.resident - before.resident;
if (growth > LARGEST_GROWTH) problems.push(`its memory grew by ${megabytes(growth)} after the warm-up`);
if (sent < COUNT) problems.push(`only ${sent} of ${COUNT} were sent in ${SECONDS} s`);
await studio.stop();
await comfyui.close();
rmSync(studioDir, { recursive: true, force: true });

console.log(`seed ${SEED}: ${sent} mutated requests and frames in ${elapsed.toFixed(0)} s`);
console.log(`memory after the warm-up: ${tell(before)}; at the end: ${tell(after)}`);
console.log(
  `statuses: ${[...seen]
    .sort(([a], [b]) => a - b)
    .map(([status, times]) => `${status} x ${times}`)
    .join(', ')}`,
);
for (const problem of problems) console.log(`PROBLEM: ${problem}`);
process.exit(problems.length === 0 ? 0 : 1);

async function fuzz(random: Random): Promise<void> {
  while (sent < COUNT && problems.length === 0 && performance.now() - startedAt < SECONDS * 1000) {
    // Many addresses, or the throttle would soon answer everything.
    const from = `127.${1 + random.below(200)}.${random.below(256)}.${1 + random.below(254)}`;
    const parts = random.below(4) === 0 ? socketInput(random) : requestInput(random);
    sent += parts.length === 1 ? 1 : parts.length - 1;
    const outcome = await exchange(studio.port, from, parts, PATIENCE_MS);
    judge(outcome, parts);
    if (sent > COUNT / 4) warm ??= collectedMemory();
    if (random.below(2000) === 0) await checkHealth();
  }
}

function requestInput(random: Random): Buffer[] {
  return [mutate(random.pick(requests), random, requests)];
}

/** A right handshake, then frames that are not. */
function socketInput(random: Random): Buffer[] {
  return [
    handshake,
    ...Array.from({ length: FRAMES_PER_SOCKET }, () => mutate(random.pick(frames), random, frames)),
  ];
}

function judge({ statuses }: Outcome, parts: readonly Buffer[]): void {
  for (const status of statuses) {
    seen.set(status, (seen.get(status) ?? 0) + 1);
    if (status >= 500 && !MEANT.has(status))
      problems.push(`${status} to ${JSON.stringify(Buffer.concat(parts).toString('latin1').slice(0, 2000))}`);
  }
}

async function checkHealth(): Promise<void> {
  const signal = AbortSignal.timeout(5000);
  await fetch(`http://127.0.0.1:${studio.port}/api/health`, { signal }).catch((error: unknown) =>
    problems.push(`it hung: ${String(error)}`),
  );
}

/** What is left after all garbage was collected, in bytes: what is in use, and what the process holds. */
function collectedMemory(): Promise<Memory> {
  return new Promise((resolve) => {
    studio.onLine((line) => {
      const [, live, resident] = /^memory: (\d+) live, (\d+) resident$/.exec(line) ?? [];
      if (live !== undefined) resolve({ live: Number(live), resident: Number(resident) });
    });
    process.kill(studio.pid, 'SIGWINCH');
  });
}

function tell(memory: Memory | undefined): string {
  return memory === undefined
    ? 'not measured'
    : `${megabytes(memory.live)} in use, ${megabytes(memory.resident)} resident`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
