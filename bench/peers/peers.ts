import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import type { Contender } from '../load/contender.ts';
import { logIn, newKey } from '../log-in.ts';
import { packageVersion } from '../machine.ts';
import { nginxVersion, startNginx } from '../nginx.ts';
import { NGINX_AUTH } from '../scenario.ts';
import { startServer } from '../server-process.ts';
import type { Studio } from '../studio.ts';

/** What people use today, doing what Studio does: the cookie verified and renewed, or the key, and the same small JSON. */
export interface Peer extends Contender {
  readonly key: string;
  logIn(): Promise<string>;
}

interface Recipe {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  version(): string;
}

const HERE = 'bench/peers';
const PYTHON = '/usr/bin/python3';
const FASTAPI = `${HERE}/fastapi_app.py`;

const node = (name: string, file: string, packages: readonly string[]): Recipe => ({
  name,
  command: 'node',
  args: [`${HERE}/${file}`],
  version: () => packages.map((each) => packageVersion(`${HERE}/node_modules/${each}`)).join(' + '),
});

const RECIPES: readonly Recipe[] = [
  {
    ...node('uWebSockets.js, naive HMAC', 'uws-naive.js', []),
    version: () => packageVersion('node_modules/uWebSockets.js'),
  },
  node('Fastify + @fastify/cookie', 'fastify.js', ['fastify', '@fastify/cookie']),
  node('Hono + node-server', 'hono.js', ['hono', '@hono/node-server']),
  node('Express + cookie-session', 'express.js', ['express', 'cookie-session']),
];

/** Installs the npm packages of the peers, apart from Studio's own, unless those of the lock file are there. */
export function installPeers(): void {
  if (isInstalled()) return;
  console.log('Installing the peers ...');
  const { status } = spawnSync('npm', ['ci', '--prefix', HERE, '--no-audit', '--no-fund'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`npm ci --prefix ${HERE} failed`);
}

/** npm keeps a lock file of what it installed, which is older than one that has changed since. */
function isInstalled(): boolean {
  const installed = statSync(`${HERE}/node_modules/.package-lock.json`, { throwIfNoEntry: false });
  return installed !== undefined && installed.mtimeMs >= statSync(`${HERE}/package-lock.json`).mtimeMs;
}

/** Starts all that can be started here, and says what is left out. */
export async function startPeers(say: (line: string) => void): Promise<readonly Peer[]> {
  const python = fastApi();
  if (python === null)
    say(`FastAPI is left out: ${PYTHON} has no fastapi, uvicorn and itsdangerous (README)`);
  return Promise.all([...RECIPES, ...(python === null ? [] : [python])].map(startPeer));
}

async function startPeer({ name, command, args, version }: Recipe): Promise<Peer> {
  const key = newKey();
  const server = await startServer(command, args, { API_KEY: key, SECRET: newKey() });
  return {
    ...server,
    name,
    version: version(),
    pids: [server.pid],
    key,
    logIn: () => logIn(server.port, key),
  };
}

/** nginx, which asks Studio and answers with a file itself; null: it is not installed. */
export async function startNginxPeer(
  { port, pid, key, logIn: login }: Studio,
  say: (line: string) => void,
): Promise<Peer | null> {
  const version = nginxVersion();
  if (version === null) {
    say('nginx is not installed: left out');
    return null;
  }
  const nginx = await startNginx({ authPort: port });
  return { ...nginx, name: NGINX_AUTH, version, pids: [nginx.pid, pid], key, logIn: login };
}

/** FastAPI by Debian's packages; null: it is not installed. */
function fastApi(): Recipe | null {
  const { status, stdout } = spawnSync(PYTHON, [FASTAPI, '--version'], { encoding: 'utf8' });
  if (status !== 0) return null;
  return { name: 'FastAPI + uvicorn', command: PYTHON, args: [FASTAPI], version: () => stdout.trim() };
}
