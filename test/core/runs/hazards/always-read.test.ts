import t from 'tap';
import { over, running, sampling, start, until } from '../house.ts';

t.test(
  'ComfyUI waits for a socket that does not read, and so does everybody else: it is read, whatever comes',
  async (t) => {
    // No questions: what is known here, the socket said.
    const { comfyui, runs, events } = await start(t, { inquiryIntervalMs: 600_000 });
    comfyui.hold();
    const { prompt_id } = await runs.submit({ prompt: sampling(2) });
    await until(runs, prompt_id, running);
    const since = events.lastId;
    const head = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 0xff, 0xd8]);
    // 40 MB: more than any buffer on the way takes.
    for (let count = 0; count < 400; count += 1) comfyui.say(Buffer.concat([head, Buffer.alloc(100_000)]));
    comfyui.release();
    const run = await until(runs, prompt_id, over);
    t.match(run, { status: 'completed', preview_seq: 400 });
    t.same(
      (await events.since(since)).map(({ type }) => type),
      ['job.completed'],
      'the connection held',
    );
  },
);
