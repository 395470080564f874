import t from 'tap';
import type { RunProgress } from '../../../../core/runs/run.ts';
import { over, sampling, start } from '../house.ts';

t.test('the frames of a run may come before the answer to its submission', async (t) => {
  const { comfyui, runs } = await start(t);
  comfyui.delayHttp(100);
  const ended = new Promise<RunProgress>((resolve) =>
    runs.watch({ progress: (run) => over(run) && resolve(run) }),
  );
  let answered = false;
  const submitted = runs.submit({ prompt: sampling(1) }).then((run) => {
    answered = true;
    return run;
  });
  const run = await ended;
  t.equal(answered, false);
  t.match(run, { status: 'completed' });
  t.equal((await submitted).prompt_id, run.prompt_id);
  t.match(runs.get(run.prompt_id), { status: 'completed' });
});
