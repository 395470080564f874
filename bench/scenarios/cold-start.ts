import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { freePort } from '../../test/support/free-port.ts';
import { inTurn, type Sample } from '../load/in-turn.ts';
import { newKey } from '../log-in.ts';
import { packageVersion } from '../machine.ts';
import { installPeers } from '../peers/peers.ts';
import { cpuMicroseconds, residentMegabytes } from '../process.ts';
import { type Metric, type Options, type Result, type Scenario, STUDIO } from '../scenario.ts';
import { makeStudioFolder, studioEnvironment } from '../studio.ts';

const START: Metric = { key: 'start', title: 'ms to the first 200', digits: 0 };
const START_CPU: Metric = { key: 'start-cpu', title: 'CPU ms until then', digits: 0 };
const START_MEMORY: Metric = { key: 'start-memory', title: 'RSS then, MB', digits: 0 };

const NAIVE = 'uWebSockets.js, naive HMAC';

interface Contender {
  readonly name: string;
  readonly package: string;
  readonly file: string;
  readonly path: string;
  /** What happened in its folder before the start that is measured. */
  readonly before?: 'started';
  /** Whether the owner chose the key, or Studio makes it. */
  readonly key?: 'made';
}

const STUDIO_ITSELF = { package: '.', file: 'dist/core/main.js', path: '/api/health' };

const SERVERS: readonly Contender[] = [
  {
    name: NAIVE,
    package: 'node_modules/uWebSockets.js',
    file: 'bench/peers/uws-naive.js',
    path: '/api/auth/session',
  },
  { ...STUDIO_ITSELF, name: STUDIO, before: 'started', key: 'made' },
  { ...STUDIO_ITSELF, name: 'Studio, its very first start', key: 'made' },
  { ...STUDIO_ITSELF, name: 'Studio, a key that its owner chose', before: 'started' },
  { ...STUDIO_ITSELF, name: 'Studio, the first start with such a key' },
  {
    name: 'Fastify + @fastify/cookie',
    package: 'bench/peers/node_modules/fastify',
    file: 'bench/peers/fastify.js',
    path: '/api/auth/session',
  },
  {
    name: 'Express + cookie-session',
    package: 'bench/peers/node_modules/express',
    file: 'bench/peers/express.js',
    path: '/api/auth/session',
  },
];

/** Cold is the process, not the disk: the files have been read before. */
export const COLD_START: Scenario = {
  name: 'cold-start',
  measures: 'From the start of the process to its first 200, and the memory that it has then.',
  run,
};

async function run({ quick }: Options): Promise<readonly Result[]> {
  installPeers();
  const servers = SERVERS.map((server) => ({ ...server, version: packageVersion(server.package) }));
  const rows = await inTurn(servers, quick ? 5 : 11, measureStart);
  return [
    {
      kind: 'table',
      title: 'cold start',
      metrics: [START, START_CPU, START_MEMORY],
      baseline: { server: NAIVE, metric: START.key },
      rows,
      notes: [
        'at its very first start Studio makes a key, a secret and a database',
        'a key that somebody chose is looked up once in dictionaries, by another process; later starts remember the verdict',
      ],
    },
  ];
}

async function measureStart(contender: Contender): Promise<Sample> {
  const folder = makeStudioFolder();
  const key = newKey();
  try {
    if (contender.before === 'started') await startOnce(contender, folder.path, key);
    return await startOnce(contender, folder.path, key);
  } finally {
    folder.remove();
  }
}

async function startOnce(
  { file, path, key: whose }: Contender,
  folder: string,
  key: string,
): Promise<Sample> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn('node', [file], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      ...studioEnvironment(folder, key),
      // Not set, as an empty one is.
      ...(whose === 'made' ? { API_KEY: '' } : {}),
      STUDIO_PORT: `${port}`,
      // What the peers go by.
      PORT: `${port}`,
      SECRET: newKey(),
    },
  });
  try {
    const pid = child.pid ?? 0;
    while ((await statusOf(port, path, key)) !== 200) {
      if (child.exitCode !== null) throw new Error(`${file} ended with ${child.exitCode}`);
      await setTimeout(1);
    }
    return {
      [START.key]: performance.now() - startedAt,
      [START_CPU.key]: cpuMicroseconds(pid) / 1000,
      [START_MEMORY.key]: residentMegabytes(pid),
    };
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
}

/** Of one request on a connection of its own; 0: nobody listens yet. */
function statusOf(port: number, path: string, key: string): Promise<number> {
  return new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path, agent: false, headers: { 'x-api-key': key } }, (reply) => {
      reply.resume();
      resolve(reply.statusCode ?? 0);
    }).on('error', () => resolve(0));
  });
}
