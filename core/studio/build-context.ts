import type { Assets } from '../assets.ts';
import { createForwardedWatch } from '../auth/forwarded-watch.ts';
import { createGate } from '../auth/gate.ts';
import type { JudgeKey } from '../auth/judge-key.ts';
import { createThrottle } from '../auth/throttle.ts';
import type { Config } from '../config.ts';
import type { Context } from '../context.ts';
import type { Seconds } from '../http/request.ts';
import { createExposition } from '../metrics/exposition.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createPosture } from '../posture/posture.ts';
import { createManagerGate } from '../proxy/manager-gate.ts';
import { openManagerLevel } from '../proxy/manager-setting.ts';
import { createRotation } from '../rotation.ts';
import type { Guard } from '../server/guard.ts';
import type { Server } from '../server/server.ts';
import { createStatus } from '../status.ts';
import type { Tls } from '../tls/tls.ts';
import { createTransportWatch } from '../transport-watch.ts';
import type { Access } from './access.ts';
import type { ComfyuiSide } from './comfyui-side.ts';
import type { Records } from './records.ts';
import type { Upkeep } from './upkeep.ts';

export interface Parts {
  readonly config: Config;
  readonly access: Access;
  readonly records: Records;
  readonly upkeep: Upkeep;
  readonly comfyui: ComfyuiSide;
  readonly tls: Tls | null;
  readonly assets: Assets;
  /** Empty as yet: the servers are made with the context, which looks at them only when it is asked. */
  readonly servers: readonly Server[];
  readonly guard: Guard;
  readonly metrics: Metrics;
  readonly judgeKey: JudgeKey | undefined;
}

/** Makes what only handlers use, and puts it beside what they share with the rest of Studio. */
export function buildContext(parts: Parts): Context {
  const { config, access, records, upkeep, comfyui, tls, assets, servers, guard, metrics } = parts;
  const { chosen, apiKey, secret, sessions, secrets, log } = access;
  const { storage, events, runs, failures } = records;
  const { exposure, asked } = comfyui;
  const { maintenance, updates } = upkeep;
  const { refusals } = guard;
  const now = (): Seconds => Math.floor(Date.now() / 1000);
  const forwarded = createForwardedWatch((message) => log.warn(message));
  const transport = createTransportWatch();
  const rotation = createRotation({
    ...{ config, chosen, judgeKey: parts.judgeKey, apiKey, secret, sessions, events, log, secrets },
    closeSockets(whose, reason) {
      for (const server of servers)
        whose === 'sessions' ? server.closeSessions(reason) : server.closeCallers(reason);
    },
  });
  const managerLevel = openManagerLevel(config, log);
  const status = createStatus({
    config,
    runs,
    systemStats: metrics.upstream.asked(asked.systemStats),
    viewers: () => servers.reduce((sum, each) => sum + each.viewers(), 0),
  });
  const gate = createGate(apiKey, sessions, metrics.keys.counted(createThrottle()), (failure) =>
    failures.add(failure),
  );
  const posture = createPosture({
    ...{ config, rotation, managerLevel, forwarded, transport, exposure, tls },
    comfyui: asked,
  });
  const exposition = createExposition(metrics, {
    ...{ status, runs, updates, storage, refusals },
    sockets: () => servers.map((each) => each.openSockets()),
  });
  return Object.freeze({
    config,
    log,
    now,
    gate,
    sessions,
    rotation,
    maintenance,
    updates,
    managerLevel,
    manager: createManagerGate(managerLevel, events, now),
    events,
    runs,
    comfyui: comfyui.upstream,
    comfyuiSockets: comfyui.sockets,
    exposure,
    forwarded,
    transport,
    posture,
    status,
    assets,
    refusals,
    metrics,
    exposition,
  });
}
