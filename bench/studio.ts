import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Contender } from './load/contender.ts';
import { logIn, newKey } from './log-in.ts';
import { packageVersion } from './machine.ts';
import { STUDIO } from './scenario.ts';
import { type ServerProcess, startServer } from './server-process.ts';

/** A Studio under test, with a folder of its own that goes with it. */
export interface Studio extends ServerProcess, Contender {
  readonly key: string;
  readonly studioDir: string;
  /** A session's Cookie header. */
  logIn(): Promise<string>;
}

/** Starts the Studio that was built. Without a COMFYUI_URL in `env` nothing answers there: the reconnecting is part of the cost. */
export async function startStudio(env: Readonly<Record<string, string>> = {}): Promise<Studio> {
  const studioDir = mkdtempSync(join(tmpdir(), 'studio-bench-'));
  const key = newKey();
  const server = await startServer('node', ['dist/core/main.js'], {
    API_KEY: key,
    STUDIO_DIR: studioDir,
    STUDIO_HOST: '127.0.0.1',
    STUDIO_PORT: '0',
    COMFYUI_URL: 'http://127.0.0.1:9',
    ...env,
  });
  return {
    ...server,
    name: STUDIO,
    version: packageVersion('.'),
    pids: [server.pid],
    key,
    studioDir,
    logIn: () => logIn(server.port, key),
    async stop() {
      await server.stop();
      rmSync(studioDir, { recursive: true, force: true });
    },
  };
}
