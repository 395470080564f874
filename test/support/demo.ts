/** npm run demo: Studio together with a stand-in ComfyUI that paints small pictures, to try everything without a GPU. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStandIn } from './comfyui/stand-in.ts';

/** So that a run of 20 steps takes 8 seconds: long enough to watch. */
const STEP_MS = 400;

const comfyui = await startStandIn({ stepDelayMs: STEP_MS });
const studioDir = mkdtempSync(join(tmpdir(), 'studio-demo-'));
const key = process.env.API_KEY ?? `demo-${randomBytes(12).toString('base64url')}`;
const port = process.env.STUDIO_PORT ?? '8000';

const studio = spawn('node', ['dist/core/main.js'], {
  stdio: 'inherit',
  env: {
    STUDIO_HOST: '127.0.0.1',
    ...process.env,
    API_KEY: key,
    STUDIO_PORT: port,
    STUDIO_DIR: studioDir,
    COMFYUI_URL: comfyui.url,
  },
});

console.log(`
  ComfyUI Studio, with a stand-in for ComfyUI behind it

  Open       http://localhost:${port}
  API key    ${key}

  Then press "Try an example", or start a run from here:

  curl -H 'X-API-Key: ${key}' -d '{"prompt":{"1":{"class_type":"EmptyImage","inputs":{"width":64,"height":64,"batch_size":1,"color":255}},"2":{"class_type":"SlowSampler","inputs":{"image":["1",0],"steps":20,"seed":1,"delay_ms":400,"preview":"jpeg"}},"3":{"class_type":"SaveImage","inputs":{"images":["2",0],"filename_prefix":"demo"}}}}' http://localhost:${port}/api/run

  Ctrl-C ends it; nothing of it is kept.
`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => studio.kill(signal));
studio.on('exit', async (code) => {
  await comfyui.close();
  rmSync(studioDir, { recursive: true, force: true });
  process.exit(code ?? 0);
});
