import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { freePort } from '../support/free-port.ts';
import { freshFolder } from '../support/fresh-folder.ts';
import { KEY } from '../support/handler.ts';

const MAIN = fileURLToPath(new URL('../../dist/core/main.js', import.meta.url));

/** The built Studio in a process of its own, as a supervisor starts it. */
export interface Pod {
  readonly child: ChildProcess;
  readonly url: string;
  readonly port: number;
  readonly studioDir: string;
  readonly exit: Promise<number | null>;
  /** All that it and its successors have written so far. */
  said(): string;
  /** Resolves when that has `words` at least `times` times. Rejects when the process ends first. */
  says(words: string, times?: number): Promise<void>;
}

/** Resolves when it serves. With the process it started, it is gone when the test ends. */
export async function startPod(t: Test, env: Readonly<Record<string, string>> = {}): Promise<Pod> {
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const port = await freePort();
  const studioDir = freshFolder(t);
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...inherited,
      API_KEY: KEY,
      // Known to be good: to judge it again at every start would be most of the start.
      STUDIO_ALLOW_WEAK_KEY: '1',
      STUDIO_DIR: studioDir,
      STUDIO_HOST: '127.0.0.1',
      STUDIO_PORT: String(port),
      COMFYUI_URL: 'http://127.0.0.1:9',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'exit').then(([code]: unknown[]) => (typeof code === 'number' ? code : null));
  // Its successors end when it is gone.
  t.teardown(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  let text = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text += chunk;
      for (const look of waiting) look();
    });
  const pod: Pod = {
    child,
    url: `${env.STUDIO_TLS === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    studioDir,
    exit,
    said: () => text,
    says: (words, times = 1) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (text.split(words).length <= times) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void exit.then(() => reject(new Error(`it ended, and never said ${words}: ${text}`)));
      }),
  };
  await pod.says('serves on');
  return pod;
}
