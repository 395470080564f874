import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { loadConfig } from '../../core/config.ts';
import { type SystemStats, SystemStatsAnswer } from '../../core/runs/comfyui-answers.ts';
import { createStatus } from '../../core/status.ts';
import { startStandIn } from '../support/comfyui/stand-in.ts';
import { freshFolder } from '../support/fresh-folder.ts';
import { KEY } from '../support/handler.ts';
import { startTestStudio } from '../support/studio.ts';

/** What a real ComfyUI answered. */
function recorded(): SystemStats {
  const [line = ''] = readFileSync('test/fixtures/comfyui/http_system_stats.jsonl', 'utf8').split('\n');
  const { response_body } = JSON.parse(line) as { response_body: string };
  return SystemStatsAnswer.parse(JSON.parse(response_body));
}

function statusOf(t: Test, systemStats: () => Promise<SystemStats>) {
  const studioDir = freshFolder(t);
  const config = loadConfig({ STUDIO_DIR: studioDir, COMFYUI_DIR: join(studioDir, 'none') });
  return createStatus({ config, runs: { list: () => [] }, systemStats, viewers: () => 3 });
}

t.test('it tells versions, ComfyUI, viewers, disk and memory', async (t) => {
  const told = await statusOf(t, () => Promise.resolve(recorded()))();
  t.match(told, {
    versions: { studio: /^\d+\.\d+\.\d+/, node: process.versions.node, uwebsockets: /^20\./ },
    comfyui: {
      reachable: true,
      stale: false,
      version: '0.3.64',
      python: /^3\.13\.5/,
      devices: [{ name: 'cpu', type: 'cpu', vram_total: 25276514304, vram_free: 24502517760 }],
    },
    queue: { running: 0, pending: 0 },
    viewers: 3,
  });
  t.ok((told.disk.studio?.total ?? 0) > 0);
  t.equal(told.disk.models, null, 'a folder that is not there');
  t.ok(told.memory.rss > 0 && told.memory.system_total >= told.memory.system_free);
});

t.test('a hundred who ask at once make one question to ComfyUI', async (t) => {
  let asked = 0;
  const get = statusOf(t, () => {
    asked += 1;
    return Promise.resolve(recorded());
  });
  await Promise.all(Array.from({ length: 100 }, get));
  t.equal(asked, 1);
});

t.test('a ComfyUI that is away is said to be so', async (t) => {
  const { comfyui } = await statusOf(t, () => Promise.reject(new Error('away')))();
  t.match(comfyui, { reachable: false, stale: false, version: null, devices: [] });
});

t.test('a ComfyUI that never answers does not hold up the rest', async (t) => {
  const { comfyui, viewers } = await statusOf(t, () => new Promise(() => {}))();
  t.match(comfyui, { reachable: false, version: null });
  t.equal(viewers, 3);
});

t.test('GET /api/admin/system/status: from a whole Studio with a ComfyUI behind it', async (t) => {
  const comfyui = await startStandIn();
  t.teardown(() => comfyui.close());
  const { url } = await startTestStudio(t, { COMFYUI_URL: comfyui.url });
  const path = `${url}/api/admin/system/status`;
  t.equal((await fetch(path)).status, 401);
  const reply = await fetch(path, { headers: { 'X-API-Key': KEY } });
  t.match(await reply.json(), { comfyui: { reachable: true, version: '0.3.64' }, viewers: 0 });
});
