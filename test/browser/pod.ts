import type { Test } from 'tap';
import { loadConfig } from '../../core/config.ts';
import { createLog } from '../../core/log.ts';
import { type Studio, startStudio } from '../../core/studio.ts';
import { routes } from '../../handlers/routes.ts';
import { type StandIn, type StandInOptions, startStandIn } from '../support/comfyui/stand-in.ts';

export const KEY = 'plum-orbit-lantern-quarry-58';

/** A Studio and the ComfyUI behind it. */
export interface Pod {
  /** http://localhost:port */
  readonly url: string;
  readonly studio: Studio;
  readonly comfyui: StandIn;
}

/** Starts both on ports of the system's choice, until the test ends. */
export async function startPod(t: Test, options: StandInOptions = {}): Promise<Pod> {
  const comfyui = await startStandIn(options);
  const config = loadConfig({
    API_KEY: KEY,
    STUDIO_DIR: t.testdir(),
    STUDIO_HOST: '127.0.0.1',
    STUDIO_PORT: '0',
    COMFYUI_URL: comfyui.url,
  });
  const studio = await startStudio({
    config,
    routes,
    createLog: (secrets) => createLog({ level: 'silent', secrets }),
  });
  t.teardown(async () => {
    await studio.close(1000);
    await comfyui.close();
  });
  return { url: `http://localhost:${studio.port}`, studio, comfyui };
}
