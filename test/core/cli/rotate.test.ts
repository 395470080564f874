import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { rotate } from '../../../core/cli/rotate.ts';
import { freshFolder } from '../../support/fresh-folder.ts';
import { KEY } from '../../support/handler.ts';
import { startTestStudio } from '../../support/studio.ts';

async function run(args: readonly string[], env: Record<string, string>) {
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  const code = await rotate(args, { STUDIO_PORT: '9', ...env }, { write, colours: false });
  return { code, text };
}

t.test('a Studio that runs takes up the new secret: its sessions have ended', async (t) => {
  const studioDir = freshFolder(t);
  const { url, port, context } = await startTestStudio(t, { STUDIO_DIR: studioDir });
  const cookie = context.sessions.cookieAt(context.now()).split(';', 1)[0] ?? '';
  const status = async () => (await fetch(`${url}/api/auth/session`, { headers: { cookie } })).status;
  t.equal(await status(), 200);
  const env = { STUDIO_DIR: studioDir, API_KEY: KEY, STUDIO_PORT: String(port), STUDIO_HOST: '127.0.0.1' };
  t.match(await run([], env), { code: 0, text: /goes on with the new secret/ });
  t.equal(await status(), 401);
});

t.test('one that speaks https is asked over https', async (t) => {
  const studioDir = freshFolder(t);
  const { port } = await startTestStudio(t, { STUDIO_DIR: studioDir, STUDIO_TLS: 'self-signed' });
  const env = {
    ...{ STUDIO_DIR: studioDir, API_KEY: KEY, STUDIO_TLS: 'self-signed' },
    ...{ STUDIO_PORT: String(port), STUDIO_HOST: '127.0.0.1' },
  };
  const done = new RegExp(`https://127\\.0\\.0\\.1:${port} goes on with the new secret`);
  t.match(await run([], env), { code: 0, text: done });
});

t.test('without one the secret is new all the same, and only its owner can read it', async (t) => {
  const studioDir = freshFolder(t);
  const path = join(studioDir, '.session_secret');
  t.match(await run([], { STUDIO_DIR: studioDir }), { code: 0, text: /No running one answered/ });
  const first = readFileSync(path, 'utf8');
  t.match(first, /^[0-9a-f]{128}\n$/);
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.equal((await run([], { STUDIO_DIR: studioDir })).code, 0);
  t.not(readFileSync(path, 'utf8'), first);
});

t.test('exit codes: 64 for an argument, 78 for a folder that is not there', async (t) => {
  t.match(await run(['now'], {}), { code: 64, text: /Usage/ });
  const missing = join(freshFolder(t), 'missing');
  t.match(await run([], { STUDIO_DIR: missing }), { code: 78, text: /no such folder/ });
});
