import type { ForwardedWatch } from '../auth/forwarded-watch.ts';
import { createCached } from '../cached.ts';
import type { Config } from '../config.ts';
import type { ExposureWatch } from '../exposure-watch.ts';
import type { ManagerLevel } from '../proxy/manager-setting.ts';
import type { Rotation } from '../rotation.ts';
import type { Comfyui } from '../runs/comfyui.ts';
import type { Tls } from '../tls/tls.ts';
import type { TransportWatch } from '../transport-watch.ts';
import { gatherFacts } from './gather.ts';
import { judgePosture, type Posture } from './judge.ts';

/** Ports are tried, and ComfyUI is asked: not for every click. */
const CACHED_MS = 5000;

export interface PostureOptions {
  readonly config: Config;
  readonly rotation: Pick<Rotation, 'key'>;
  readonly managerLevel: Pick<ManagerLevel, 'get'>;
  readonly forwarded: Pick<ForwardedWatch, 'suspect'>;
  readonly transport: Pick<TransportWatch, 'seen'>;
  readonly exposure: Pick<ExposureWatch, 'current' | 'look'>;
  readonly comfyui: Pick<Comfyui, 'systemStats'>;
  readonly tls: Pick<Tls, 'state'> | null;
}

/** The posture of a Studio that runs. */
export function createPosture(options: PostureOptions): () => Promise<Posture> {
  const { config, rotation, managerLevel, forwarded, transport, exposure, comfyui, tls } = options;
  return createCached(CACHED_MS, async () => {
    const [stats] = await Promise.all([comfyui.systemStats().catch(() => null), exposure.look()]);
    const facts = gatherFacts({
      config,
      key: rotation.key,
      managerLevel: managerLevel.get(),
      traffic: { seen: transport.seen, untrustedProxy: forwarded.suspect },
      tls,
      exposure: exposure.current,
      comfyuiVersion: stats?.comfyuiVersion ?? null,
    });
    return judgePosture(facts);
  });
}
