import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { rememberStrong } from '../../core/auth/found-strong.ts';
import { verdictOn } from '../../core/auth/key-strength.ts';
import { loadConfig } from '../../core/config.ts';
import type { EventLog, EventType, StudioEvent } from '../../core/events/event-log.ts';
import { createLog } from '../../core/log.ts';
import { type Studio, type StudioOptions, startStudio } from '../../core/studio.ts';
import { ownPortRoutes } from '../../handlers/comfyui/own-port.ts';
import { routes } from '../../handlers/routes.ts';
import { KEY } from './handler.ts';

export interface TestStudio extends Studio {
  readonly url: string;
  /** Every line that it logged, at trace level. */
  readonly logged: readonly string[];
}

/**
 * A whole Studio on a port of the system's choice, with KEY as its key and a fresh STUDIO_DIR, until the test ends.
 * `env` adds to its configuration. It needs the built pages: `npm run build`.
 */
export async function startTestStudio(
  t: Test,
  env: Readonly<Record<string, string>> = {},
  options: Pick<StudioOptions, 'restart'> = {},
): Promise<TestStudio> {
  const studioDir = mkdtempSync(join(tmpdir(), 'studio-test-'));
  // Else each would look it up in the dictionaries.
  await rememberStrong(studioDir, KEY);
  const logged: string[] = [];
  const destination = {
    write: (line: string) => {
      logged.push(line);
    },
  };
  const studio = await startStudio({
    config: loadConfig({
      API_KEY: KEY,
      STUDIO_DIR: studioDir,
      STUDIO_HOST: '127.0.0.1',
      STUDIO_PORT: '0',
      // The discard port: nothing answers there.
      COMFYUI_URL: 'http://127.0.0.1:9',
      ...env,
    }),
    ...options,
    judgeKey: verdictOn,
    env: { PATH: process.env.PATH, ...env },
    routes,
    comfyuiRoutes: ownPortRoutes(routes),
    createLog: (secrets) => createLog({ level: 'trace', secrets, destination }),
  });
  t.teardown(async () => {
    await studio.close(1000);
    rmSync(studioDir, { recursive: true, force: true });
  });
  return { ...studio, url: `${studio.tls === null ? 'http' : 'https'}://127.0.0.1:${studio.port}`, logged };
}

/** The next event of that type. */
export function eventOf(events: EventLog, type: EventType): Promise<StudioEvent> {
  return new Promise((resolve) => {
    const stop = events.subscribe((event) => {
      if (event.type !== type) return;
      stop();
      resolve(event);
    });
  });
}
