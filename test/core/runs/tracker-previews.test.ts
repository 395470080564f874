import t from 'tap';
import type { Preview } from '../../../core/runs/run.ts';
import { over, sampling, start, until } from './house.ts';

t.test('previews name their run, and are counted', async (t) => {
  const { runs } = await start(t);
  const previews: Preview[] = [];
  runs.watch({ preview: (preview) => previews.push(preview) });
  const { prompt_id } = await runs.submit({ prompt: sampling(3, 'jpeg') });
  const run = await until(runs, prompt_id, over);
  t.match(
    previews.map(({ image, ...rest }) => rest),
    [1, 2, 3].map((seq) => ({ prompt_id, node_id: '2', mime: 'image/jpeg', seq })),
  );
  t.equal(Buffer.from(previews[0]?.image.subarray(0, 2) ?? []).toString('hex'), 'ffd8');
  t.equal(run.preview_seq, 3);
});

t.test('of previews that come faster than viewers want them, the newest is kept', async (t) => {
  const { runs } = await start(t, { previewIntervalMs: 3_600_000 });
  const seen: number[] = [];
  runs.watch({ preview: ({ seq }) => seen.push(seq) });
  const { prompt_id } = await runs.submit({ prompt: sampling(9, 'jpeg') });
  await until(runs, prompt_id, over);
  t.same(seen, [1, 9], 'the first at once, the last when the run is over');
});

t.test('a preview that names no run is of the one that executes', async (t) => {
  const { comfyui, runs } = await start(t);
  const seen = new Promise<Preview>((resolve) => runs.watch({ preview: resolve }));
  comfyui.hold(1);
  const { prompt_id } = await runs.submit({ prompt: sampling(5) });
  await runs.submit({ prompt: sampling(5) });
  await until(runs, prompt_id, (run) => run.step === 1);
  comfyui.say(Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 2]), Buffer.from('png')]));
  t.match(await seen, { prompt_id, node_id: '2', mime: 'image/png', seq: 1 });
});
