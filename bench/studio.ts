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

/**
 * Starts the Studio that was built. Without a COMFYUI_URL in `env` nothing answers there: the reconnecting is part of the cost.
 * `flags` are Node's own.
 */
export async function startStudio(
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<Studio> {
  const folder = makeStudioFolder();
  const key = newKey();
  const server = await startServer('node', [...flags, 'dist/core/main.js'], {
    ...studioEnvironment(folder.path, key),
    ...env,
  });
  return {
    ...server,
    name: STUDIO,
    version: packageVersion('.'),
    pids: [server.pid],
    key,
    studioDir: folder.path,
    logIn: () => logIn(server.port, key),
    async stop() {
      await server.stop();
      folder.remove();
    },
  };
}

/** A new folder for a Studio's records. */
export function makeStudioFolder() {
  const path = mkdtempSync(join(tmpdir(), 'studio-bench-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The configuration of a Studio under test: on loopback, on a free port, with no ComfyUI. */
export function studioEnvironment(studioDir: string, key: string): Readonly<Record<string, string>> {
  return {
    API_KEY: key,
    STUDIO_DIR: studioDir,
    STUDIO_HOST: '127.0.0.1',
    STUDIO_PORT: '0',
    COMFYUI_URL: 'http://127.0.0.1:9',
  };
}
