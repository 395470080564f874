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

const SERVERS = [
  {
    name: NAIVE,
    package: 'node_modules/uWebSockets.js',
    file: 'bench/peers/uws-naive.js',
    path: '/api/auth/session',
  },
  { name: STUDIO, package: '.', file: 'dist/core/main.js', path: '/api/health' },
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
] as const;

/** Cold is the process, not the disk: the files have been read before. Studio starts in an empty folder each time. */
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
      notes: ['the folder is new each time, so that Studio makes its secret and its database as well'],
    },
  ];
}

async function measureStart({ file, path }: (typeof SERVERS)[number]): Promise<Sample> {
  const folder = makeStudioFolder();
  const key = newKey();
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn('node', [file], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      ...studioEnvironment(folder.path, key),
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
    child.kill('SIGKILL');
    if (child.exitCode === null) await once(child, 'exit');
    folder.remove();
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
