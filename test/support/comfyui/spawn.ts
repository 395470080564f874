import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export interface SpawnOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Milliseconds of every sampling step. */
  readonly stepMs?: number;
  /** Where the history is kept over restarts; without it every start begins with an empty one. */
  readonly historyFile?: string;
}

/** A stand-in that runs in a process of its own. */
export interface SpawnedStandIn {
  /** http://127.0.0.1:port */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** SIGKILL: no close frame, no answer, no queue left. Resolves once the process is gone and the port is free. */
  kill(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL('process.ts', import.meta.url));
const Ready = z.object({ url: z.string(), port: z.number() });

/** Starts a stand-in process; resolves when it listens, and throws when it ends before. */
export async function spawnStandIn(options: SpawnOptions = {}): Promise<SpawnedStandIn> {
  const { port = 0, stepMs, historyFile } = options;
  const args = ['--port', String(port)];
  if (stepMs !== undefined) args.push('--step-ms', String(stepMs));
  if (historyFile !== undefined) args.push('--history', historyFile);
  // The test runner's own loaders are not for this one.
  const { NODE_OPTIONS: _, ...env } = process.env;
  // Not the tsx command: it is a process around this one, and would be killed alone.
  const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  const line = once(createInterface(child.stdout), 'line');
  const first = await Promise.race([line.then(([text]) => String(text)), gone.then(() => null)]);
  if (first === null || child.pid === undefined) throw new Error('the stand-in ended before it listened');
  return {
    ...Ready.parse(JSON.parse(first)),
    pid: child.pid,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
