import { once } from 'node:events';
import t from 'tap';
import { WebSocket } from 'ws';
import { WITH_KEY } from '../support/server.ts';
import { holdLoad } from './load.ts';
import { startPod } from './pod.ts';

for (const env of [{}, { STUDIO_TLS: 'self-signed' }])
  t.test(
    `SIGUSR2 under load ${JSON.stringify(env)}, twice, loses no request; open sockets end with 1012 and can come back`,
    async (t) => {
      const pod = await startPod(t, env);
      const load = holdLoad(`${pod.url}/api/auth/session`, WITH_KEY, 20);
      await load.answers(500);
      for (const round of [1, 2]) {
        const sockets = Array.from(
          { length: 5 },
          () =>
            new WebSocket(`${pod.url.replace('http', 'ws')}/api/run/ws`, {
              headers: WITH_KEY,
              rejectUnauthorized: false,
            }),
        );
        await Promise.all(sockets.map((socket) => once(socket, 'open')));
        const closed = Promise.all(sockets.map((socket) => once(socket, 'close')));
        pod.child.kill('SIGUSR2');
        for (const [code] of await closed) t.equal(code, 1012);
        await pod.says('serves on', round + 1);
        await load.answers(500);
      }
      const { answered, failures } = await load.stop();
      t.same(failures, [], `${answered} requests`);
      pod.child.kill('SIGTERM');
      t.equal(await pod.exit, 0, 'the process that was started is still the one to be stopped');
      await t.rejects(fetch(`${pod.url}/api/health`), 'and then nobody serves');
    },
  );
