import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type DoctorOptions, doctor } from '../../../core/cli/doctor.ts';
import type { Exposure } from '../../../core/exposure.ts';
import { makePair, writePair } from '../../support/certificates.ts';
import { freshFolder } from '../../support/fresh-folder.ts';
import { KEY } from '../../support/handler.ts';
import { startTestStudio } from '../../support/studio.ts';

const SECRET = 'ab'.repeat(64);
const ON_LOOPBACK: Exposure = { checked: true, reachable: [] };

async function run(
  args: readonly string[],
  env: Record<string, string>,
  exposure: Exposure = ON_LOOPBACK,
  colours = false,
) {
  let text = '';
  const options: DoctorOptions = {
    terminal: {
      write: (part) => {
        text += part;
      },
      colours,
    },
    probe: () => Promise.resolve(exposure),
  };
  const code = await doctor(args, { STUDIO_PORT: '9', ...env }, options);
  return { code, text };
}

/** A pod's folders: STUDIO_DIR and COMFYUI_DIR. */
function makePod(t: Test, config: string) {
  const folder = freshFolder(t);
  const studioDir = join(folder, 'studio');
  const comfyuiDir = join(folder, 'comfyui');
  mkdirSync(studioDir);
  mkdirSync(join(comfyuiDir, 'user', '__manager'), { recursive: true });
  mkdirSync(join(comfyuiDir, 'custom_nodes'));
  writeFileSync(join(comfyuiDir, 'user', '__manager', 'config.ini'), config);
  writeFileSync(join(studioDir, '.session_secret'), SECRET, { mode: 0o600 });
  return { studioDir, comfyuiDir, env: { STUDIO_DIR: studioDir, COMFYUI_DIR: comfyuiDir } };
}

t.test('a deliberately bad pod: exit 1, and all of it is named', async (t) => {
  const { studioDir, comfyuiDir, env } = makePod(t, '[default]\nsecurity_level = normal\n');
  chmodSync(join(studioDir, '.session_secret'), 0o644);
  writeFileSync(join(studioDir, '.manager_level'), 'weak\n');
  writeFileSync(join(comfyuiDir, 'comfyui_version.py'), '__version__ = "0.3.40"\n');
  mkdirSync(join(comfyuiDir, 'custom_nodes', 'ComfyUI-Login'));
  mkdirSync(join(comfyuiDir, 'custom_nodes', 'ComfyUI-Manager'));
  writeFileSync(
    join(comfyuiDir, 'custom_nodes', 'ComfyUI-Manager', 'pyproject.toml'),
    '[project]\nversion = "3.30"\n',
  );
  const bad = { ...env, API_KEY: 'Password123', STUDIO_ALLOW_WEAK_KEY: '1' };
  const exposed = { checked: true, reachable: ['203.0.113.5'] };

  const { code, text } = await run([], bad, exposed);
  t.equal(code, 1);
  for (const line of [
    /RED +key-strength +The key from API_KEY is /,
    /RED +key-common/,
    /RED +secret-file .*mode 644/,
    /RED +comfyui-port .*203\.0\.113\.5/,
    /RED +manager-level .*"weak"/,
    /RED +comfyui-login/,
    /AMBER +manager-config/,
    /AMBER +transport/,
    /AMBER +comfyui-version .*0\.3\.40/,
    /AMBER +manager-version .*CVE-2025-67303/,
  ])
    t.match(text, line);
  t.notOk(text.includes('Password123'), 'and the key is not shown');

  const json = await run(['--json'], bad, exposed);
  t.equal(json.code, 1);
  t.match(JSON.parse(json.text), { worst: 'red', running: false });
});

t.test('a good pod: exit 0, and nothing but green', async (t) => {
  const { studioDir, comfyuiDir, env } = makePod(t, '[default]\nsecurity_level = normal\n');
  writeFileSync(join(studioDir, '.api_key'), KEY, { mode: 0o600 });
  writeFileSync(join(comfyuiDir, 'comfyui_version.py'), '__version__ = "0.12.0"\n');
  const { code, text } = await run(['--json'], {
    ...env,
    TRUSTED_PROXIES: '10.0.0.1',
    HF_TOKEN: 'hf_abcdefghij',
  });
  t.equal(code, 0);
  const { checks } = JSON.parse(text) as { checks: { id: string; state: string }[] };
  // The machine's own Node.js and disk are what they are.
  const judged = checks.filter(({ id }) => id !== 'node-version' && id !== 'folder');
  t.same(
    judged.filter(({ state }) => state !== 'green'),
    [],
  );
  t.same(
    judged.map(({ id }) => id),
    [
      ...['key-strength', 'key-common', 'key-file', 'secret-file', 'comfyui-port', 'transport'],
      ...['manager-level', 'manager-config', 'comfyui-login', 'tokens', 'comfyui-version'],
    ],
  );
  t.notOk(text.includes('hf_'), 'a token is not shown');
});

t.test('it changes nothing: not even a key or a secret is made', async (t) => {
  const studioDir = join(freshFolder(t), 'not-there');
  const { code, text } = await run([], { STUDIO_DIR: studioDir });
  t.equal(code, 1);
  t.match(text, /RED +folder/);
  t.notOk(existsSync(studioDir));
});

t.test('a Studio that runs is asked, and tells what only it has seen', async (t) => {
  const studioDir = freshFolder(t);
  const studio = await startTestStudio(t, { STUDIO_DIR: studioDir, TRUSTED_PROXIES: '127.0.0.1' });
  const login = await fetch(`${studio.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'pod.example' },
    body: JSON.stringify({ api_key: KEY }),
  });
  t.equal(login.status, 200);
  const env = {
    STUDIO_DIR: studioDir,
    API_KEY: KEY,
    STUDIO_PORT: String(studio.port),
    STUDIO_HOST: '127.0.0.1',
  };
  const { text } = await run([], env);
  t.match(text, `told by http://127.0.0.1:${studio.port}`);
  t.match(text, /ok +transport +People come over https/);
  t.notOk(studio.logged.some((line) => line.includes(KEY)));
  const offline = await run(['--offline'], env);
  t.match(offline.text, /no running Studio asked/);
});

t.test('one that speaks https is asked over https; without it the files are looked at', async (t) => {
  const folder = freshFolder(t);
  const [studioDir, comfyuiDir] = ['studio', 'comfyui'].map((name) => join(folder, name));
  const pair = makePair(10);
  const { env: files, key } = writePair(folder, pair);
  const studio = await startTestStudio(t, { ...files, STUDIO_DIR: `${studioDir}` });
  const env = {
    ...{ ...files, STUDIO_DIR: `${studioDir}`, COMFYUI_DIR: `${comfyuiDir}`, API_KEY: KEY },
    ...{ STUDIO_PORT: String(studio.port), STUDIO_HOST: '127.0.0.1' },
  };
  const { text } = await run([], env);
  t.match(text, `told by https://127.0.0.1:${studio.port}`);
  t.match(text, /ok +transport +Studio itself speaks https/);
  t.match(text, /AMBER +certificate +The certificate for https ends on .*, in \d+ days/);
  t.match((await run(['--offline'], env)).text, /AMBER +certificate/);
  writeFileSync(key, makePair().key);
  t.match((await run(['--offline'], env)).text, /RED +certificate/);
});

t.test('colours are for terminals', async (t) => {
  const { env } = makePod(t, '');
  t.notMatch((await run([], env)).text, '\u001b');
  t.match((await run([], env, ON_LOOPBACK, true)).text, '\u001b[');
});

t.test('exit codes: 64 for an argument, 78 for a configuration', async (t) => {
  t.match(await run(['--what'], {}), { code: 64, text: /Usage/ });
  t.match(await run([], { STUDIO_HOST: 'nonsense' }), { code: 78, text: /STUDIO_HOST/ });
});
