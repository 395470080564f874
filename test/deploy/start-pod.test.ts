import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t, { type Test } from 'tap';
import { packageRoot } from '../../core/package-root.ts';

/** The pod's start script, with programs that say what happens to them in the places of ComfyUI and Studio. */
function startPod(
  t: Test,
  { studio, comfyui }: { studio: string; comfyui: string },
  variables: Readonly<Record<string, string>> = {},
) {
  const home = mkdtempSync(join(tmpdir(), 'studio-pod-'));
  mkdirSync(join(home, 'dist/core'), { recursive: true });
  writeFileSync(join(home, 'package.json'), '{"type":"module"}');
  writeFileSync(join(home, 'dist/core/main.js'), studio);
  writeFileSync(join(home, 'comfyui.js'), comfyui);
  const script = join(packageRoot(), 'deploy/runpod/start.sh');
  const pod = spawn('sh', [script], {
    env: {
      PATH: process.env.PATH ?? '',
      COMFYUI_COMMAND: 'node comfyui.js --fast',
      COMFYUI_HOME: home,
      STUDIO_HOME: home,
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines: string[] = [];
  const output = createInterface(pod.stdout);
  output.on('line', (line) => lines.push(line));
  const said = async (text: string): Promise<void> => {
    while (!lines.includes(text)) await once(output, 'line');
    lines.splice(lines.indexOf(text), 1);
  };
  t.teardown(() => rmSync(home, { recursive: true, force: true }));
  return { pod, said, ended: once(pod, 'close') };
}

const STAYS = 'setTimeout(() => {}, 50_000);';

t.test(
  'ComfyUI listens on this machine only; a stop reaches both, and the pod ends as Studio did',
  async (t) => {
    const { pod, said, ended } = startPod(t, {
      studio: `process.once('SIGTERM', () => { console.log('studio drains'); process.exit(0); }); console.log('studio'); ${STAYS}`,
      comfyui: `process.once('SIGTERM', () => { console.log('comfyui stops'); process.exit(0); }); console.log(...process.argv.slice(2)); ${STAYS}`,
    });
    await Promise.all([said('--fast --listen 127.0.0.1 --port 8188'), said('studio')]);
    pod.kill('SIGTERM');
    await Promise.all([said('studio drains'), said('comfyui stops')]);
    t.same(await ended, [0, null]);
  },
);

t.test(
  'no node of ComfyUI finds the key in its environment; what is meant for nodes stays there',
  async (t) => {
    const tell = (who: string) =>
      `console.log('${who}', process.env.API_KEY, process.env.COMFYUI_AUTHORIZATION, process.env.HF_TOKEN);`;
    const { pod, said, ended } = startPod(
      t,
      {
        studio: `process.once('SIGTERM', () => process.exit(0)); ${tell('studio')} ${STAYS}`,
        comfyui: `${tell('comfyui')} ${STAYS}`,
      },
      { API_KEY: 'k', COMFYUI_AUTHORIZATION: 'a', HF_TOKEN: 'h' },
    );
    await Promise.all([said('studio k a h'), said('comfyui undefined undefined h')]);
    pod.kill('SIGTERM');
    t.same(await ended, [0, null]);
  },
);

t.test('a ComfyUI that ends is started again, Studio is not touched', async (t) => {
  const { pod, said, ended } = startPod(t, {
    studio: `process.once('SIGTERM', () => process.exit(0)); console.log('studio'); ${STAYS}`,
    comfyui: `console.log('comfyui'); process.exit(1);`,
  });
  await Promise.all([said('studio'), said('comfyui')]);
  await said('comfyui');
  pod.kill('SIGTERM');
  t.same(await ended, [0, null]);
});

t.test('a Studio that ends by itself ends the pod with its own code, and ComfyUI with it', async (t) => {
  const { ended } = startPod(t, { studio: 'setTimeout(() => process.exit(78), 200);', comfyui: STAYS });
  // The pod's output closes when the last that writes to it has ended.
  t.same(await ended, [78, null]);
});
