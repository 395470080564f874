import t from 'tap';
import { ComfyuiUnreachable } from '../../../../core/runs/runs.ts';
import { startStandIn } from '../../../support/comfyui/stand-in.ts';
import { event, over, running, sampling, start, track, until } from '../house.ts';

t.test('ComfyUI may come after Studio', async (t) => {
  const comfyui = await startStandIn({ stepDelayMs: 0 });
  t.teardown(() => comfyui.close());
  await comfyui.stopListening();
  const { runs, events } = track(t, comfyui);
  await event(events, 'comfyui.disconnected');
  t.equal(runs.connected, false);
  await t.rejects(runs.submit({ prompt: sampling(1) }), ComfyuiUnreachable);
  t.same(runs.list(), []);
  await comfyui.listenAgain();
  await event(events, 'comfyui.connected');
  t.equal(runs.connected, true);
  t.same(
    events.since(0).map((event) => event.type),
    ['comfyui.disconnected', 'comfyui.connected'],
    'however many attempts it took',
  );
  const { prompt_id } = await runs.submit({ prompt: sampling(1) });
  t.match(await until(runs, prompt_id, over), { status: 'completed' });
});

t.test('a ComfyUI that restarted and forgot everything leaves stalled runs', async (t) => {
  const { comfyui, runs, events } = await start(t);
  comfyui.hold();
  const first = await runs.submit({ prompt: sampling(3) });
  const second = await runs.submit({ prompt: sampling(3) });
  await until(runs, first.prompt_id, running);
  comfyui.forget();
  t.match(await until(runs, first.prompt_id, over), {
    status: 'stalled',
    error: { message: /lost this run/ },
  });
  t.match(await until(runs, second.prompt_id, over), { status: 'stalled' });
  t.match(await event(events, 'job.stalled'), {
    severity: 'warning',
    data: { prompt_id: first.prompt_id },
  });
});
