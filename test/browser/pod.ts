import type { Test } from 'tap';
import { type StandIn, type StandInOptions, startStandIn } from '../support/comfyui/stand-in.ts';
import { startTestStudio, type TestStudio } from '../support/studio.ts';

/** A Studio and the ComfyUI behind it. */
export interface Pod {
  /** http://localhost:port */
  readonly url: string;
  readonly studio: TestStudio;
  readonly comfyui: StandIn;
  /** Once the Studio was closed: another one with its folder, on another port. */
  startAgain(): Promise<TestStudio>;
}

/** Starts both on ports of the system's choice, until the test ends. */
export async function startPod(t: Test, options: StandInOptions = {}): Promise<Pod> {
  const comfyui = await startStandIn(options);
  t.teardown(() => comfyui.close());
  const studio = await startTestStudio(t, { COMFYUI_URL: comfyui.url });
  return {
    url: `http://localhost:${studio.port}`,
    studio,
    comfyui,
    startAgain: () =>
      startTestStudio(t, {
        COMFYUI_URL: comfyui.url,
        STUDIO_DIR: studio.context.config.studioDir,
      }),
  };
}
