import type { Contender } from '../load/contender.ts';
import { compareRequests } from '../load/http-load.ts';
import type { Load } from '../load/load.ts';
import { startRawCopy } from '../load/raw-copy.ts';
import { type Options, RAW, type Result, type Scenario } from '../scenario.ts';
import { startFrameSource } from '../stream/frame-source.ts';
import { submitRun } from '../stream/submit-run.ts';
import { startStudio } from '../studio.ts';

/** So many that the answer is about 4 KB. */
const PICTURES = 48;

export const STATUS_JSON: Scenario = {
  name: 'status-json',
  measures: "A run's status, 4 KB of JSON made for each request, with a session.",
  run,
};

async function run(options: Options): Promise<readonly Result[]> {
  const source = await startFrameSource();
  const studio = await startStudio({ COMFYUI_URL: source.url });
  const contenders: Contender[] = [studio];
  try {
    await source.connected();
    const prompt_id = await submitRun(studio);
    source.send(JSON.stringify({ type: 'execution_start', data: { prompt_id } }));
    source.send(
      JSON.stringify({ type: 'executed', data: { prompt_id, node: '3', output: { images: IMAGES } } }),
    );
    const load: Load = {
      path: `/api/run/status/${prompt_id}`,
      headers: { cookie: await studio.logIn() },
      status: 200,
      connections: 32,
      pipelining: 16,
    };
    await untilLong(studio.port, load);
    contenders.unshift(await startRawCopy(studio.port, load));
    return await compareRequests('GET /api/run/status/{prompt_id}', contenders, () => load, RAW, options);
  } finally {
    for (const contender of contenders) await contender.stop();
    source.close();
  }
}

const IMAGES = Array.from({ length: PICTURES }, (_, at) => ({
  filename: `ComfyUI_${String(at).padStart(5, '0')}_.png`,
  subfolder: '',
  type: 'output',
}));

/** Studio knows the pictures a little after they were sent. */
async function untilLong(port: number, { path, headers }: Load): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const reply = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
    if ((await reply.text()).length > 3500) return;
  }
  throw new Error('the status does not become long');
}
