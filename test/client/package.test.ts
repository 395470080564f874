import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startStandIn } from '../support/comfyui/stand-in.ts';
import { KEY } from '../support/handler.ts';
import { folderWithExample, folderWithPackage } from '../support/readme-example.ts';
import { startTestStudio } from '../support/studio.ts';
import { failing, toy } from '../support/workflows.ts';

const ROOT = join(import.meta.dirname, '../..');

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in Node to its end, without what tap would load into it. */
function run(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const command = ['-u', 'NODE_OPTIONS', process.execPath, ...args];
  return new Promise((resolve) => {
    execFile('/usr/bin/env', command, { cwd, env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

t.test('the README’s example for Node does what it says, and ends by itself', async (t) => {
  const comfyui = await startStandIn({ stepDelayMs: 1 });
  t.teardown(() => comfyui.close());
  const studio = await startTestStudio(t, { COMFYUI_URL: comfyui.url });
  const folder = folderWithExample(t, '// Node');
  const env = { STUDIO_URL: studio.url, STUDIO_API_KEY: KEY };

  writeFileSync(join(folder, 'workflow_api.json'), JSON.stringify(toy()));
  const good = await run(folder, ['example.mjs'], env);
  t.match(good, { code: 0, stderr: '' });
  t.match(good.stdout, /^completed 100 % .*$/m);
  t.match(good.stdout, /^rec_00001_\.png$/m);

  writeFileSync(join(folder, 'workflow_api.json'), JSON.stringify(failing()));
  t.match(await run(folder, ['example.mjs'], env), { code: 1, stderr: /boom: toy failure/ });
});

t.test('nothing is imported from outside but ws, and that only when it is needed', async (t) => {
  const folder = join(ROOT, 'dist/client');
  const sources = readdirSync(folder).filter((name) => name.endsWith('.js'));
  t.ok(sources.includes('index.js'));
  for (const name of sources) {
    const source = readFileSync(join(folder, name), 'utf8');
    const imports = [...source.matchAll(/^(?:import|export)\b[^;]*?\bfrom '([^']+)'/gms)].map(
      ([, from]) => from,
    );
    t.ok(
      imports.every((from) => from?.startsWith('./')),
      `${name} imports its neighbours`,
    );
    const dynamic = [...source.matchAll(/\bimport\('([^']+)'\)/g)].map(([, from]) => from);
    t.same(dynamic, name === 'node-socket.js' ? ['ws'] : [], name);
  }
});

t.test('its types are found, and hold', async (t) => {
  const folder = folderWithPackage(t);
  writeFileSync(
    join(folder, 'good.ts'),
    `import { connect, type RunProgress, StudioError } from 'comfyui-studio/client';
    export async function last(): Promise<RunProgress> {
      const studio = connect({ apiKey: 'k', previews: 'tagged' });
      for await (const message of studio.messages()) {
        if (message.type === 'preview') console.log(message.preview.image.byteLength);
        if (message.type === 'link' && message.link.state === 'waiting') console.log(message.link.retryAt);
      }
      return (await studio.run({ 1: { class_type: 'X', inputs: {} } }, { front: true })).result();
    }
    export const isGone = (error: unknown): boolean => error instanceof StudioError && error.status === 0;`,
  );
  writeFileSync(
    join(folder, 'bad.ts'),
    `import { connect } from 'comfyui-studio/client';
    connect({ previews: 'all' });`,
  );
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const options = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--lib',
    'es2023,dom',
    '--types',
    '',
  ];
  const good = await run(folder, [tsc, ...options, 'good.ts']);
  t.match(good, { code: 0, stdout: '', stderr: '' });
  const bad = await run(folder, [tsc, ...options, 'bad.ts']);
  t.match(bad.stdout, /bad\.ts.*'"all"'/s);
});
