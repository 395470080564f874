import type { Contender } from '../load/contender.ts';
import { compareRequests } from '../load/http-load.ts';
import { logIn, newKey } from '../log-in.ts';
import { packageVersion } from '../machine.ts';
import { type Options, type Result, STUDIO } from '../scenario.ts';
import { startServer } from '../server-process.ts';
import { makeStudioFolder, studioEnvironment } from '../studio.ts';

export interface Twice {
  /** Starts a Studio with the thing, or without. */
  readonly server: string;
  /** The variable that tells it which: `on` or `off`. */
  readonly variable: string;
  /** What the one without it is called. */
  readonly without: string;
}

/** A session's request to a Studio with something and to one without: what that costs each request. */
export async function compareTwice(
  { server, variable, without }: Twice,
  options: Options,
): Promise<readonly Result[]> {
  const key = newKey();
  const folder = makeStudioFolder();
  const contenders: Contender[] = [];
  try {
    // In the same folder, so that a session of one is a session of the other.
    for (const [name, mode] of [
      [without, 'off'],
      [STUDIO, 'on'],
    ] as const) {
      const env = { ...studioEnvironment(folder.path, key), [variable]: mode };
      const started = await startServer('node', ['--import=tsx', server], env);
      contenders.push({ ...started, name, version: packageVersion('.'), pids: [started.pid] });
    }
    const load = {
      path: '/api/auth/session',
      headers: { cookie: await logIn(contenders[0]?.port ?? 0, key) },
      status: 200,
      connections: 32,
      pipelining: 16,
    };
    return await compareRequests('GET /api/auth/session', contenders, () => load, without, options);
  } finally {
    for (const contender of contenders) await contender.stop();
    folder.remove();
  }
}
