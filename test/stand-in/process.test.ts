import { join } from 'node:path';
import t from 'tap';
import { z } from 'zod';
import { spawnStandIn } from '../support/comfyui/spawn.ts';
import { freshFolder } from '../support/fresh-folder.ts';
import { toy } from '../support/workflows.ts';

t.test('a stand-in that is killed and started again on its port', async (t) => {
  const historyFile = join(freshFolder(t), 'history.jsonl');
  for (const [name, file, survives] of [
    ['has forgotten all', undefined, false],
    ['has its history again, when a file is kept', historyFile, true],
  ] as const) {
    const options = { stepMs: 1, ...(file !== undefined && { historyFile: file }) };
    const first = await spawnStandIn(options);
    t.teardown(() => first.kill());
    await post(first.url, { prompt: toy(1), prompt_id: 'done' });
    while (!('done' in (await get(first.url, '/history')))) await get(first.url, '/queue');
    await post(first.url, { prompt: toy(1000), prompt_id: 'killed' });
    await first.kill();
    await t.rejects(get(first.url, '/queue'), `${name}: nobody answers`);

    const second = await spawnStandIn({ ...options, port: first.port });
    t.teardown(() => second.kill());
    t.equal(second.url, first.url);
    t.same(Object.keys(await get(second.url, '/history')), survives ? ['done'] : [], name);
    t.same(await get(second.url, '/queue'), { queue_running: [], queue_pending: [] }, `${name}: queue`);
  }
});

async function post(url: string, body: object): Promise<void> {
  const answer = await fetch(`${url}/prompt`, { method: 'POST', body: JSON.stringify(body) });
  await answer.text();
}

async function get(url: string, path: string): Promise<Record<string, unknown>> {
  const answer = await fetch(url + path);
  return z.record(z.string(), z.unknown()).parse(await answer.json());
}
