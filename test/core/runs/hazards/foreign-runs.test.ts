import t from 'tap';
import type { RunProgress } from '../../../../core/runs/run.ts';
import { over, queueElsewhere, running, sampling, start, until } from '../house.ts';

t.test('a run that somebody else queues is followed, by asking', async (t) => {
  const { comfyui, runs } = await start(t);
  comfyui.hold();
  const seen = new Promise<RunProgress>((resolve) => runs.watch({ progress: resolve }));
  await queueElsewhere(comfyui, 'foreign', sampling(2));
  t.match(await seen, { prompt_id: 'foreign', total_nodes: 3 });
  await until(runs, 'foreign', running);
  comfyui.release();
  t.match(await until(runs, 'foreign', over), { status: 'completed' });
});

t.test('a waiting run that somebody else deletes is cancelled, not stalled', async (t) => {
  const { comfyui, runs } = await start(t);
  comfyui.hold();
  const first = await runs.submit({ prompt: sampling(2) });
  const second = await runs.submit({ prompt: sampling(2) });
  await until(runs, first.prompt_id, running);
  await fetch(`${comfyui.url}/queue`, {
    method: 'POST',
    body: JSON.stringify({ delete: [second.prompt_id] }),
  });
  t.match(await until(runs, second.prompt_id, over), { status: 'cancelled' });
});
