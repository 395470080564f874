import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { WITH_KEY } from '../support/server.ts';
import { startPod } from './pod.ts';

t.test('an update that ends with 75 brings up the new Studio, and maintenance is over', async (t) => {
  const pod = await startPod(t, { STUDIO_UPDATE_COMMAND: "sh -c 'echo new; exit 75'" });
  const path = `${pod.url}/api/admin/system/update`;
  t.equal((await fetch(path, { method: 'POST', headers: WITH_KEY })).status, 202);
  await pod.says('serves on', 2);
  const look = () => fetch(path, { headers: WITH_KEY });
  let reply = await look();
  // It may be the old one that answers, for the moment.
  while (reply.status === 503) reply = await look();
  t.match(await reply.json(), {
    update: { outcome: 'succeeded', exit_code: 75, restart: true, output: ['new'] },
  });
  t.equal(pod.child.exitCode, null);
});

t.test(
  'with STUDIO_RESTART_BY=exit, or a port that cannot be shared, it ends with 75 for its supervisor',
  async (t) => {
    const pod = await startPod(t, {
      STUDIO_UPDATE_COMMAND: 'true',
      STUDIO_RESTART_AFTER_UPDATE: '1',
      STUDIO_RESTART_BY: 'exit',
    });
    const reply = await fetch(`${pod.url}/api/admin/system/update`, { method: 'POST', headers: WITH_KEY });
    t.equal(reply.status, 202);
    t.equal(await pod.exit, 75);
  },
);

t.test('the end of the Studio that serves is the end of the process that was started', async (t) => {
  const pod = await startPod(t);
  pod.child.kill('SIGUSR2');
  await pod.says('serves on', 2);
  const [successor] = childrenOf(pod.child.pid ?? 0);
  t.ok(successor);
  process.kill(successor ?? 0, 'SIGKILL');
  t.equal(await pod.exit, 137);
});

t.test('a successor does not outlive the process that was started', async (t) => {
  const pod = await startPod(t);
  pod.child.kill('SIGUSR2');
  await pod.says('serves on', 2);
  pod.child.kill('SIGKILL');
  await pod.exit;
  // Its output ends when the last process that writes to it does.
  if (pod.child.stdout?.readable) await once(pod.child.stdout, 'close');
  await t.rejects(fetch(`${pod.url}/api/health`));
});

/** Linux's own record of them. */
function childrenOf(pid: number): number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return list === '' ? [] : list.split(' ').map(Number);
}
