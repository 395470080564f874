import { join } from 'node:path';
import { loadAssets } from './assets.ts';
import type { JudgeKey } from './auth/judge-key.ts';
import type { Config } from './config.ts';
import type { Context } from './context.ts';
import { RETIREMENT_MS } from './handover/keeper.ts';
import type { Predecessor } from './handover/successor.ts';
import type { Route } from './http/route.ts';
import type { Log, Secrets } from './log.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { packageRoot } from './package-root.ts';
import { createGuard, type Guard } from './server/guard.ts';
import { OWN_PORTS, sharedPorts } from './server/ports.ts';
import type { Server } from './server/server.ts';
import { openStorage } from './storage/storage.ts';
import { openAccess } from './studio/access.ts';
import { buildContext } from './studio/build-context.ts';
import { openComfyuiSide } from './studio/comfyui-side.ts';
import { keepRecords } from './studio/records.ts';
import { openServers, type ServedPorts } from './studio/servers.ts';
import { createUpkeep } from './studio/upkeep.ts';
import { openTls, type Tls } from './tls/tls.ts';
import type { Restart } from './update/updates.ts';

/** How long the answers of those who wait for a run have to leave a Studio that was replaced, in ms. */
const GOODBYE_MS = 5000;

/** A Studio that serves. */
export interface Studio extends ServedPorts {
  /** Null when Studio speaks plain http. */
  readonly tls: Tls | null;
  readonly context: Context;
  /** Where the key came from: API_KEY or a file's path. */
  readonly keySource: string;
  /** See Incumbent: what a Studio does that is being replaced. */
  pause(): Promise<void>;
  resume(): void;
  retire(): Promise<void>;
  /** Finishes what is under way, for `graceMs` (default 8,000) at most, and lets go of everything. */
  close(graceMs?: number): Promise<void>;
}

export interface StudioOptions {
  readonly config: Config;
  readonly routes: readonly Route[];
  /** Of STUDIO_COMFYUI_PORT. */
  readonly comfyuiRoutes?: readonly Route[];
  /** Makes the log, once the strings are known that must never stand in it. */
  readonly createLog: (secrets: Secrets) => Promise<Log>;
  /** The process's own environment, which the update command gets without its secrets; default none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** How an update that asks for it gets Studio restarted. */
  readonly restart?: Restart;
  /** Whether a successor will want to serve on the same ports beside this Studio; a port of the system's choice is never shared. */
  readonly sharesPorts?: boolean;
  /** The Studio that this one takes over from. */
  readonly predecessor?: Predecessor | undefined;
  /** How a key is judged that a person chose; default: in a process of its own. */
  readonly judgeKey?: JudgeKey;
  /** Others than the real ones: only to measure what these cost. */
  readonly guard?: Guard;
  readonly metrics?: Metrics;
}

/**
 * Config -> services -> server: each step is a file in studio/, and their order is here, that of the end as well. Throws
 * StartupError when it cannot be done as configured.
 */
export async function startStudio(options: StudioOptions): Promise<Studio> {
  const { config, routes, comfyuiRoutes = [], createLog, guard = createGuard(), env = {} } = options;
  const { predecessor, judgeKey, restart, metrics = createMetrics() } = options;
  const access = await openAccess({ config, env, createLog, judgeKey });
  const { log } = access;
  const storage = openStorage(
    join(config.studioDir, 'studio.db'),
    (message) => log.warn(message),
    predecessor !== undefined,
  );
  const tls = config.tls === null ? null : openTls(config.tls, config.studioDir, { log });
  const assets = loadAssets(join(packageRoot(), 'static'));
  const ports = options.sharesPorts ? sharedPorts(config, predecessor !== undefined) : OWN_PORTS;
  await ports.claim();
  await predecessor?.yields();

  const records = keepRecords(config, storage, access);
  const { events, runs, failures } = records;
  const upkeep = createUpkeep({ config, access, events, env, restart });
  const { maintenance, updates } = upkeep;
  const comfyui = openComfyuiSide(config, metrics, log);
  const { exposure } = comfyui;
  events.subscribe(metrics.happenings.see);
  const servers: Server[] = [];
  const context = buildContext({
    config,
    access,
    records,
    upkeep,
    comfyui,
    tls,
    assets,
    servers,
    guard,
    metrics,
    judgeKey,
  });
  const { served, redirects, stopBroadcast } = await openServers(servers, {
    context,
    routes,
    comfyuiRoutes,
    guard,
    ports,
    predecessor,
  });
  tls?.follow(() => {
    for (const each of servers) each.renewCertificate();
  }, events);
  // It may not listen yet when Studio starts.
  const stopLooking = events.subscribe(({ type }) => {
    if (type === 'comfyui.connected') void exposure.look();
  });
  void exposure.look();
  events.append({ type: 'system.backend.started', severity: 'info', message: 'Studio started' });

  /** What acts by itself, without being asked. */
  function stopWatching(): void {
    tls?.stop();
    stopBroadcast();
    stopLooking();
    exposure.stop();
    context.rotation.close();
  }

  /** What the last answers need. In this order: what closes early may still write to what closes late. */
  function closeServices(): void {
    for (const each of [failures, comfyui.upstream, comfyui.sockets, comfyui.asked, runs, events])
      each.close();
  }

  return {
    ...served,
    tls,
    context,
    keySource: access.chosen.source,
    pause: runs.pause,
    resume: runs.resume,
    async retire() {
      // Before the sockets close: who reads of an update's beginning reads of its end.
      maintenance.leave('Studio has restarted');
      redirects?.close();
      // In time for their answers to leave.
      const late = setTimeout(runs.releaseWaiting, RETIREMENT_MS - GOODBYE_MS);
      await Promise.all(servers.map((each) => each.retire(RETIREMENT_MS)));
      clearTimeout(late);
      // Not before: the last requests may come for a minute, and a key that is changed meanwhile holds for them too.
      stopWatching();
      closeServices();
      storage.close(true);
    },
    async close(graceMs) {
      redirects?.close();
      stopWatching();
      await Promise.all([...servers.map((each) => each.close(graceMs)), updates.close()]);
      closeServices();
      storage.close();
      ports.release();
    },
  };
}
