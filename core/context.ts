import type { Assets } from './assets.ts';
import type { ForwardedWatch } from './auth/forwarded-watch.ts';
import type { Gate } from './auth/gate.ts';
import type { Sessions } from './auth/session.ts';
import type { Config } from './config.ts';
import type { EventLog } from './events/event-log.ts';
import type { Exposure } from './exposure.ts';
import type { Seconds } from './http/request.ts';
import type { Log } from './log.ts';
import type { Maintenance } from './maintenance.ts';
import type { Exposition } from './metrics/exposition.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { Posture } from './posture/judge.ts';
import type { ManagerGate } from './proxy/manager-gate.ts';
import type { ManagerLevel } from './proxy/manager-setting.ts';
import type { SocketUpstream } from './proxy/socket-upstream.ts';
import type { Upstream } from './proxy/upstream.ts';
import type { Rotation } from './rotation.ts';
import type { Runs } from './runs/runs.ts';
import type { SystemStatus } from './status.ts';
import type { TransportWatch } from './transport-watch.ts';
import type { Updates } from './update/updates.ts';

/** All that a handler may use, built once at start by studio/build-context.ts and frozen. */
export interface Context {
  readonly config: Config;
  readonly log: Log;
  /** Unix time, whole seconds. */
  readonly now: () => Seconds;
  readonly gate: Gate;
  readonly sessions: Sessions;
  /** New secrets and new keys, while Studio runs. */
  readonly rotation: Rotation;
  readonly maintenance: Maintenance;
  readonly updates: Updates;
  readonly managerLevel: ManagerLevel;
  readonly events: EventLog;
  readonly runs: Runs;
  /** For requests that are passed on to ComfyUI. */
  readonly comfyui: Upstream;
  /** For WebSockets that are passed on to ComfyUI. */
  readonly comfyuiSockets: SocketUpstream;
  /** Whether ComfyUI can be reached past Studio. */
  readonly exposure: { readonly current: Exposure };
  /** What ComfyUI Manager may be asked. */
  readonly manager: ManagerGate;
  /** Notices a proxy in front that is not trusted. */
  readonly forwarded: ForwardedWatch;
  /** By which ways people come. */
  readonly transport: TransportWatch;
  /** Whether this pod is safe; at most a few seconds old. */
  readonly posture: () => Promise<Posture>;
  /** At most a second old. */
  readonly status: () => Promise<SystemStatus>;
  readonly assets: Assets;
  /** What is counted. */
  readonly metrics: Metrics;
  /** The same for Prometheus to read. */
  readonly exposition: Exposition;
  /** How many requests were refused as unclean so far, by reason. */
  readonly refusals: ReadonlyMap<string, number>;
}
