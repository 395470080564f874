import t from 'tap';
import { filesOf, over, running, sampling, start, typesOf, until } from '../house.ts';

t.test('two runs that are queued: the first to its end, then the second, each with its own', async (t) => {
  const { comfyui, runs, events, told } = await start(t);
  comfyui.hold();
  const first = await runs.submit({ prompt: sampling(3) });
  const second = await runs.submit({ prompt: sampling(4) });
  await until(runs, first.prompt_id, running);
  t.match(runs.get(second.prompt_id), { status: 'queued', percent: 0 });
  comfyui.release();
  const ends = await Promise.all([first, second].map(({ prompt_id }) => until(runs, prompt_id, over)));
  for (const end of ends) t.match(end, { status: 'completed', percent: 100 });
  t.equal(new Set(ends.flatMap(filesOf)).size, 2);
  for (const { prompt_id } of [first, second])
    t.same(await typesOf(events, prompt_id), ['job.queued', 'job.started', 'job.completed']);
  const firstEnd = told.findIndex((run) => run.prompt_id === first.prompt_id && over(run));
  const secondStart = told.findIndex((run) => run.prompt_id === second.prompt_id && running(run));
  t.ok(firstEnd < secondStart, 'one runs at a time');
  t.ok(told.every((run) => run.prompt_id !== second.prompt_id || run.total_steps !== 3));
});
