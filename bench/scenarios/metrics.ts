import type { Contender } from '../load/contender.ts';
import { compareRequests } from '../load/http-load.ts';
import { logIn, newKey } from '../log-in.ts';
import { packageVersion } from '../machine.ts';
import type { Options, Result, Scenario } from '../scenario.ts';
import { startServer } from '../server-process.ts';
import { makeStudioFolder, studioEnvironment } from '../studio.ts';

const OFF = 'Studio, counting nothing';

/** Every answer is counted for /api/metrics, by route and status, and one in 32 is timed. */
export const METRICS: Scenario = {
  name: 'metrics',
  measures: 'Studio twice, once without counting requests: what its metrics cost each of them.',
  run,
};

async function run(options: Options): Promise<readonly Result[]> {
  const key = newKey();
  const folder = makeStudioFolder();
  const contenders: Contender[] = [];
  try {
    // In the same folder, so that a session of one is a session of the other.
    for (const [name, mode] of [
      [OFF, 'off'],
      ['Studio', 'on'],
    ] as const) {
      const env = { ...studioEnvironment(folder.path, key), METRICS: mode };
      const server = await startServer('node', ['--import=tsx', 'bench/servers/studio-metrics.ts'], env);
      contenders.push({ ...server, name, version: packageVersion('.'), pids: [server.pid] });
    }
    const cookie = await logIn(contenders[0]?.port ?? 0, key);
    const load = {
      path: '/api/auth/session',
      headers: { cookie },
      status: 200,
      connections: 32,
      pipelining: 16,
    };
    return await compareRequests('GET /api/auth/session', contenders, () => load, OFF, options);
  } finally {
    for (const contender of contenders) await contender.stop();
    folder.remove();
  }
}
