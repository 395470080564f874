import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { startStandIn } from '../support/comfyui/stand-in.ts';
import { WITH_KEY } from '../support/server.ts';
import { toy } from '../support/workflows.ts';
import { startPod } from './pod.ts';

const Started = z.object({ prompt_id: z.string() });
const Events = z.object({ events: z.array(z.looseObject({ type: z.string() })) });

t.test('a new one that does not start changes nothing: the old one says so and goes on', async (t) => {
  const pod = await startPod(t);
  const level = join(pod.studioDir, '.manager_level');
  const kept = readFileSync(level);
  const socket = new WebSocket(`${pod.url.replace('http', 'ws')}/api/run/ws`, { headers: WITH_KEY });
  const failed = new Promise<unknown>((resolve) => {
    socket.on('message', (data) => {
      if (String(data).includes('system.restart.failed')) resolve(JSON.parse(String(data)));
    });
  });
  await once(socket, 'open');
  rmSync(level);
  mkdirSync(level);
  pod.child.kill('SIGUSR2');
  t.match(await failed, { severity: 'error', data: { reason: 'it ended with code 78' } });
  t.match(pod.said(), /Studio was not restarted, and goes on as it is/);
  t.equal((await fetch(`${pod.url}/api/auth/session`, { headers: WITH_KEY })).status, 200);
  t.equal(socket.readyState, WebSocket.OPEN);

  rmSync(level, { recursive: true });
  writeFileSync(level, kept);
  const closed = once(socket, 'close');
  pod.child.kill('SIGUSR2');
  t.equal((await closed)[0], 1012, 'and the next try succeeds');
});

t.test('a run goes on over a restart; of two Studios only one is ever connected to ComfyUI', async (t) => {
  const comfyui = await startStandIn({ stepDelayMs: 20 });
  t.teardown(() => comfyui.close());
  const pod = await startPod(t, { COMFYUI_URL: comfyui.url });
  const events = async () => {
    const reply = await fetch(`${pod.url}/api/admin/events?limit=200`, { headers: WITH_KEY });
    return Events.parse(await reply.json()).events.map(({ type }) => type);
  };
  const { prompt_id } = Started.parse(
    await (
      await fetch(`${pod.url}/api/run`, {
        method: 'POST',
        headers: WITH_KEY,
        body: JSON.stringify({ prompt: toy(100, 'none', 1) }),
      })
    ).json(),
  );
  pod.child.kill('SIGUSR2');
  await pod.says('serves on', 2);
  const ended = await fetch(`${pod.url}/api/run/status/${prompt_id}?wait=60`, { headers: WITH_KEY });
  t.match(await ended.json(), { status: 'completed', percent: 100 });
  const told = (await events()).filter((type) => type.startsWith('job.'));
  t.same(told.toReversed(), ['job.queued', 'job.started', 'job.completed'], 'each is told once');
  const dialled = comfyui.requests.filter(({ path }) => path.startsWith('/ws'));
  t.equal(dialled.length, 2);
  t.equal(comfyui.doubledSockets, 0);
});
