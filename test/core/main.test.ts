import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { VARIABLES } from '../../core/config/variables.ts';
import { KEY } from '../support/handler.ts';

function freshDir(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'studio-main-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs the program as `npm start` does, in a process of its own. */
function run(t: Test, env: Record<string, string>, args: readonly string[] = []) {
  const child = spawn(process.execPath, ['--import=tsx', 'core/main.ts', ...args], {
    env: {
      PATH: process.env.PATH ?? '',
      STUDIO_HOST: '127.0.0.1',
      STUDIO_PORT: '0',
      COMFYUI_URL: 'http://127.0.0.1:9',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output.text += chunk;
    });
  }
  return { child, output, exit: once(child, 'exit').then(([code]: unknown[]) => code) };
}

async function portOf(child: ChildProcess, output: { text: string }): Promise<number> {
  for (;;) {
    const [, port] = /http:\/\/127\.0\.0\.1:(\d+)/.exec(output.text) ?? [];
    if (port !== undefined) return Number(port);
    await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'exit')]);
    if (child.exitCode !== null) throw new Error(output.text);
  }
}

t.test('--help lists every variable with its default and ends with 0', async (t) => {
  const { output, exit } = run(t, {}, ['--help']);
  t.equal(await exit, 0);
  for (const [name, { fallback }] of Object.entries(VARIABLES)) {
    t.ok(output.text.includes(fallback === '' ? name : `${name} (default ${fallback})`), name);
  }
});

t.test('a configuration that will not do ends with 78 and says everything at once', async (t) => {
  const { output, exit } = run(t, {
    STUDIO_DIR: freshDir(t),
    STUDIO_PORT: '99999',
    COMFYUI_URL: 'nonsense',
    LOG_LEVEL: 'loud',
  });
  t.equal(await exit, 78);
  for (const name of ['STUDIO_PORT', 'COMFYUI_URL', 'LOG_LEVEL']) t.match(output.text, name);
});

t.test('a weak key ends with 78, says how to make a good one, and never repeats the key', async (t) => {
  const { output, exit } = run(t, { STUDIO_DIR: freshDir(t), API_KEY: 'qwertyuiop123' });
  t.equal(await exit, 78);
  t.match(output.text, /openssl rand/);
  t.notMatch(output.text, /qwertyuiop123/);
});

t.test('a folder that cannot be written ends with 78', async (t) => {
  const file = join(freshDir(t), 'a-file');
  writeFileSync(file, '');
  const { output, exit } = run(t, { STUDIO_DIR: join(file, 'studio') });
  t.equal(await exit, 78);
  t.match(output.text, /STUDIO_DIR/);
});

t.test('a port that is taken ends with 1 and says so', async (t) => {
  const first = run(t, { STUDIO_DIR: freshDir(t) });
  const port = await portOf(first.child, first.output);
  const second = run(t, { STUDIO_DIR: freshDir(t), STUDIO_PORT: String(port) });
  t.equal(await second.exit, 1);
  t.match(second.output.text, /port is taken/);
});

t.test(
  'the first start makes a key, a secret and the records, 0600 all; the start line says where the key lies, never what it is',
  async (t) => {
    const studioDir = freshDir(t);
    const { child, output } = run(t, { STUDIO_DIR: studioDir });
    const port = await portOf(child, output);
    const files = [
      '.api_key',
      '.manager_level',
      '.session_secret',
      'studio.db',
      'studio.db-shm',
      'studio.db-wal',
    ];
    t.same(readdirSync(studioDir).sort(), files);
    for (const name of files) t.equal(statSync(join(studioDir, name)).mode & 0o777, 0o600, name);
    const key = readFileSync(join(studioDir, '.api_key'), 'utf8').trim();
    t.match(output.text, join(studioDir, '.api_key'));
    t.notOk(output.text.includes(key));
    const reply = await fetch(`http://127.0.0.1:${port}/api/auth/session`, { headers: { 'X-API-Key': key } });
    t.equal(reply.status, 200);
  },
);

t.test(
  'SIGTERM and SIGINT end sockets with 1001 and the process with 0; a restart keeps the sessions',
  async (t) => {
    const studioDir = freshDir(t);
    let cookie = '';
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const { child, output, exit } = run(t, { STUDIO_DIR: studioDir, API_KEY: KEY });
      const port = await portOf(child, output);
      const url = `http://127.0.0.1:${port}`;
      if (cookie === '') {
        const login = await fetch(`${url}/api/auth/login`, {
          method: 'POST',
          body: JSON.stringify({ api_key: KEY }),
        });
        cookie = login.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
      }
      t.equal(
        (await fetch(`${url}/api/auth/session`, { headers: { cookie } })).status,
        200,
        'the session is known',
      );
      const socket = new WebSocket(`${url.replace('http', 'ws')}/api/run/ws`, { headers: { cookie } });
      await once(socket, 'open');
      const closed = once(socket, 'close');
      child.kill(signal);
      t.same((await closed)[0], 1001);
      t.equal(await exit, 0, signal);
    }
  },
);

t.test('SIGHUP reads key and secret again, and ends nothing else', async (t) => {
  const studioDir = freshDir(t);
  const { child, output } = run(t, { STUDIO_DIR: studioDir });
  const port = await portOf(child, output);
  const next = 'Vq7-another-good-key-Zk31-wmB';
  writeFileSync(join(studioDir, '.api_key'), next);
  child.kill('SIGHUP');
  while (!output.text.includes('The key was changed')) await once(child.stdout, 'data');
  const reply = await fetch(`http://127.0.0.1:${port}/api/auth/session`, { headers: { 'X-API-Key': next } });
  t.equal(reply.status, 200);
  t.notOk(output.text.includes(next));
});

t.test(
  'two processes that start together on one empty folder agree on the key and on the sessions',
  async (t) => {
    const studioDir = freshDir(t);
    const both = [run(t, { STUDIO_DIR: studioDir }), run(t, { STUDIO_DIR: studioDir })];
    const urls = await Promise.all(
      both.map(async ({ child, output }) => `http://127.0.0.1:${await portOf(child, output)}`),
    );
    const key = readFileSync(join(studioDir, '.api_key'), 'utf8').trim();
    for (const [here, there] of [urls, urls.toReversed()]) {
      const login = await fetch(`${here}/api/auth/login`, {
        method: 'POST',
        body: JSON.stringify({ api_key: key }),
      });
      t.equal(login.status, 200);
      const cookie = login.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
      t.equal((await fetch(`${there}/api/auth/session`, { headers: { cookie } })).status, 200);
    }
  },
);
