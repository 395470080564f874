import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerProcess, startServer } from './server-process.ts';

/** A Studio under test, with a folder of its own that goes with it. */
export interface Studio extends ServerProcess {
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
  const studioDir = env.STUDIO_DIR ?? mkdtempSync(join(tmpdir(), 'studio-bench-'));
  const key = `studio_${randomBytes(32).toString('base64url')}`;
  const server = await startServer('node', [...flags, 'dist/core/main.js'], {
    API_KEY: key,
    STUDIO_DIR: studioDir,
    STUDIO_HOST: '127.0.0.1',
    STUDIO_PORT: '0',
    COMFYUI_URL: 'http://127.0.0.1:9',
    ...env,
  });
  return {
    ...server,
    key,
    studioDir,
    async logIn() {
      const reply = await fetch(`http://127.0.0.1:${server.port}/api/auth/login`, {
        method: 'POST',
        body: JSON.stringify({ api_key: key }),
      });
      const cookie = reply.headers.get('set-cookie')?.split(';', 1)[0];
      if (cookie === undefined) throw new Error(`no session: ${reply.status}`);
      return cookie;
    },
    async stop() {
      await server.stop();
      rmSync(studioDir, { recursive: true, force: true });
    },
  };
}
