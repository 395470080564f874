import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/free-port.ts';
import { KEY } from '../support/handler.ts';

const MAIN = fileURLToPath(new URL('../../dist/core/main.js', import.meta.url));

export interface StudioProcess {
  readonly port: number;
  /** kill -9. Resolves once the process is gone. */
  kill(): Promise<void>;
}

export interface StudioProcessOptions {
  readonly studioDir: string;
  readonly comfyuiUrl: string;
  /** 0 takes a free one. */
  readonly port?: number;
}

/** The built Studio as a process of its own, with KEY as its key; resolves when it serves. */
export async function spawnStudio(options: StudioProcessOptions): Promise<StudioProcess> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const port = options.port || (await freePort());
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...env,
      API_KEY: KEY,
      // Known to be good: to judge it again at every start would be most of the start.
      STUDIO_ALLOW_WEAK_KEY: '1',
      STUDIO_DIR: options.studioDir,
      STUDIO_HOST: '127.0.0.1',
      STUDIO_PORT: String(port),
      COMFYUI_URL: options.comfyuiUrl,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk;
      if (said.includes('serves on')) resolve();
    });
    child.on('exit', () => reject(new Error(`Studio ended before it served: ${said}`)));
  });
  return {
    port,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
