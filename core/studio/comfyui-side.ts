import type { Config } from '../config.ts';
import { type ExposureWatch, listenersOf, watchExposure } from '../exposure-watch.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createSocketUpstream, type SocketUpstream } from '../proxy/socket-upstream.ts';
import { targetOf } from '../proxy/target.ts';
import { createUpstream, type Upstream } from '../proxy/upstream.ts';
import { type Comfyui, createComfyui } from '../runs/comfyui.ts';

/** For one question about the status, to a ComfyUI that may be busy. */
const STATUS_TIMEOUT_MS = 5000;

/** The ways to ComfyUI, other than the tracker's own. */
export interface ComfyuiSide {
  /** For requests that are passed on. */
  readonly upstream: Upstream;
  /** For WebSockets that are passed on. */
  readonly sockets: SocketUpstream;
  /** Apart from the tracker's: a look at the status gives up sooner, and takes none of its connections. */
  readonly asked: Comfyui;
  /** Whether there is a way past Studio. */
  readonly exposure: ExposureWatch;
}

export function openComfyuiSide(config: Config, metrics: Metrics, log: Log): ComfyuiSide {
  const { comfyuiUrl, comfyuiAuthorization: authorization, comfyuiTimeoutSeconds: timeoutSeconds } = config;
  const target = targetOf(comfyuiUrl, authorization);
  return {
    upstream: metrics.upstream.timed(createUpstream(target, { timeoutSeconds })),
    sockets: createSocketUpstream(target),
    asked: createComfyui(comfyuiUrl, { timeoutMs: STATUS_TIMEOUT_MS, authorization }),
    exposure: watchExposure({ listeners: listenersOf(config), log }),
  };
}
