import t from 'tap';
import { event, over, rounds, running, sampling, start, until } from '../house.ts';

const isPrompt = ({ path }: { path: string }) => path === '/prompt';
const isQueue = ({ path }: { path: string }) => path === '/queue';
const isHistory = ({ path }: { path: string }) => path.startsWith('/history/');

t.test('the frames of a run may come before the answer to its submission', async (t) => {
  const { comfyui, runs, told } = await start(t);
  const answer = comfyui.holdReplies(isPrompt);
  comfyui.hold(2);
  let answered = false;
  const seen = new Promise<void>((resolve) => runs.watch({ progress: (run) => run.step === 2 && resolve() }));
  const submitted = runs.submit({ prompt: sampling(3) }).finally(() => {
    answered = true;
  });
  await seen;
  t.equal(answered, false, 'it is told before its submitter knows its name');
  answer();
  const { prompt_id } = await submitted;
  t.equal(prompt_id, told.at(-1)?.prompt_id);
  comfyui.release();
  t.match(await until(runs, prompt_id, over), { status: 'completed' });
  t.equal(runs.list().length, 1);
});

t.test('so may the end of it', async (t) => {
  const { comfyui, runs, told } = await start(t);
  const answer = comfyui.holdReplies(isPrompt);
  const submitted = runs.submit({ prompt: sampling(1) });
  const { path } = await comfyui.requested(isPrompt);
  t.equal(path, '/prompt');
  await new Promise<void>((resolve) => runs.watch({ progress: (run) => over(run) && resolve() }));
  answer();
  const { prompt_id } = await submitted;
  t.match(runs.get(prompt_id), { status: 'completed' });
  t.equal(told.filter(over).length, 1, 'the answer does not open it again');
});

t.test('a queue that is slow to answer does not hold up what the socket says', async (t) => {
  const { comfyui, runs, told } = await start(t);
  const answer = comfyui.holdReplies(isQueue);
  const { prompt_id } = await runs.submit({ prompt: sampling(3) });
  t.match(await until(runs, prompt_id, over), { status: 'completed' });
  await comfyui.requested(isQueue);
  answer();
  t.equal(told.filter(over).length, 1);
});

t.test('an answer that is older than a run does not lose it', async (t) => {
  const { comfyui, runs } = await start(t);
  const answer = comfyui.holdReplies(isQueue);
  const known = new Set(comfyui.requests);
  // More runs than are known: a reason to ask.
  comfyui.say(JSON.stringify({ type: 'status', data: { status: { exec_info: { queue_remaining: 9 } } } }));
  await comfyui.requested((request) => isQueue(request) && !known.has(request));
  comfyui.hold();
  const { prompt_id } = await runs.submit({ prompt: sampling(2) });
  await until(runs, prompt_id, running);
  // The answer that comes now was made when nothing ran.
  answer();
  await rounds(comfyui, 3);
  t.match(runs.get(prompt_id), { status: 'running' });
  comfyui.release();
  t.match(await until(runs, prompt_id, over), { status: 'completed' });
});

t.test('a history that is slow to answer: the run waits for it, and ends by it', async (t) => {
  const { comfyui, runs, events } = await start(t);
  comfyui.hold();
  const { prompt_id } = await runs.submit({ prompt: sampling(2) });
  await until(runs, prompt_id, running);
  const since = events.lastId;
  await comfyui.stopListening();
  await event(events, 'comfyui.disconnected', since);
  comfyui.release();
  await comfyui.idle();
  const answer = comfyui.holdReplies(isHistory);
  await comfyui.listenAgain();
  await comfyui.requested(isHistory);
  t.match(runs.get(prompt_id), { status: 'running' });
  answer();
  t.match(await until(runs, prompt_id, over), { status: 'completed' });
});
