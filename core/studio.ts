import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadAssets } from './assets.ts';
import { createApiKey } from './auth/api-key.ts';
import { chooseKey } from './auth/choose-key.ts';
import { createForwardedWatch } from './auth/forwarded-watch.ts';
import { createGate } from './auth/gate.ts';
import type { JudgeKey } from './auth/judge-key.ts';
import { loadSecret } from './auth/secret.ts';
import { createSessions } from './auth/session.ts';
import { createThrottle } from './auth/throttle.ts';
import { broadcast } from './broadcast.ts';
import type { Config } from './config.ts';
import type { Context } from './context.ts';
import type { EventLog } from './events/event-log.ts';
import { scrubbedEvents } from './events/scrubbed.ts';
import { createSqliteEventLog } from './events/sqlite.ts';
import { listenersOf, watchExposure } from './exposure-watch.ts';
import { createFailureRecord } from './failure-record.ts';
import { RETIREMENT_MS } from './handover/keeper.ts';
import type { Predecessor } from './handover/successor.ts';
import type { Seconds } from './http/request.ts';
import type { Route } from './http/route.ts';
import { createSecrets, type Log, type Secrets } from './log.ts';
import { createMaintenance, type MaintenanceChange } from './maintenance.ts';
import { createExposition } from './metrics/exposition.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { packageRoot } from './package-root.ts';
import { createPosture } from './posture/posture.ts';
import { writeManagerConfig } from './proxy/manager-config.ts';
import { createManagerGate } from './proxy/manager-gate.ts';
import { loadLevel } from './proxy/manager-level-file.ts';
import { createManagerLevel, type ManagerLevel } from './proxy/manager-setting.ts';
import { createSocketUpstream } from './proxy/socket-upstream.ts';
import { targetOf } from './proxy/target.ts';
import { createUpstream } from './proxy/upstream.ts';
import { createRotation } from './rotation.ts';
import { createComfyui } from './runs/comfyui.ts';
import { createSqliteArchive } from './runs/sqlite-archive.ts';
import { createTracker } from './runs/tracker.ts';
import { createGuard, type Guard } from './server/guard.ts';
import { OWN_PORTS, sharedPorts } from './server/ports.ts';
import { createRedirectServer } from './server/redirect-server.ts';
import { createServer, type Server } from './server/server.ts';
import { StartupError } from './startup-error.ts';
import { createStatus } from './status.ts';
import { openStorage } from './storage/storage.ts';
import { openTls, type Tls } from './tls/tls.ts';
import { KNOWN_TOKENS } from './tokens.ts';
import { createTransportWatch } from './transport-watch.ts';

/** For one question about the status, to a ComfyUI that may be busy. */
const STATUS_TIMEOUT_MS = 5000;

import { cleanEnvironment, secretsOfEnvironment } from './update/clean-environment.ts';
import { keepLastUpdate } from './update/last-update.ts';
import { createUpdates, type Restart } from './update/updates.ts';

/** In ms. */
const GOODBYE_MS = 5000;

/** A Studio that serves. */
export interface Studio {
  readonly port: number;
  /** Where ComfyUI alone is served; null when STUDIO_COMFYUI_PORT is not set. */
  readonly comfyuiPort: number | null;
  /** Where plain http is led to https; null when STUDIO_HTTP_REDIRECT_PORT is not set. */
  readonly httpRedirectPort: number | null;
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

/** Config -> services -> server. Throws StartupError when it cannot be done as configured. */
export async function startStudio(options: StudioOptions): Promise<Studio> {
  const { config, routes, comfyuiRoutes = [], createLog, guard = createGuard(), env = {} } = options;
  const { predecessor, judgeKey, metrics = createMetrics() } = options;
  makeFolder(config.studioDir);
  const chosen = await chooseKey(config, judgeKey);
  const strings = [...secretsOf(chosen.key, config), ...secretsOfEnvironment(env)];
  const secrets = createSecrets(...strings);
  const log = await createLog(secrets);
  if (chosen.warning !== null) log.warn(chosen.warning);

  const secret = loadSecret(config.studioDir, (message) => log.warn(message));
  const apiKey = createApiKey(chosen.key);
  const sessions = createSessions(secret, apiKey.digest);
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
  const events = scrubbedEvents(
    createSqliteEventLog(storage, config.eventsKept, (message) => log.warn(message)),
    secrets.scrub,
  );
  const runs = createTracker({
    comfyuiUrl: config.comfyuiUrl,
    clientId: storage.nameOnce('comfyui client', randomUUID),
    archive: createSqliteArchive(storage, config.runsKept),
    authorization: config.comfyuiAuthorization,
    events,
    log,
  });
  const maintenance = createMaintenance(tellMaintenance(events));
  const updates = createUpdates({
    command: config.updateCommand,
    timeoutSeconds: config.updateTimeoutSeconds,
    restartAfter: config.restartAfterUpdate,
    env: cleanEnvironment(env, strings),
    scrub: secrets.scrub,
    maintenance,
    events,
    kept: keepLastUpdate(config.studioDir, (message) => log.warn(message)),
    log,
    restart: options.restart ?? (async () => ({ failed: 'nobody here can start it anew' })),
  });
  const target = targetOf(config.comfyuiUrl, config.comfyuiAuthorization);
  const timeoutSeconds = config.comfyuiTimeoutSeconds;
  const comfyui = metrics.upstream.timed(createUpstream(target, { timeoutSeconds }));
  const comfyuiSockets = createSocketUpstream(target);
  const exposure = watchExposure({
    listeners: listenersOf(config),
    log,
  });
  const failures = createFailureRecord((event) => events.append(event));
  events.subscribe(({ type, data }) => {
    if (type === 'auth.login') failures.succeeded(String(data.ip));
  });
  events.subscribe(metrics.happenings.see);
  const forwarded = createForwardedWatch((message) => log.warn(message));
  const transport = createTransportWatch();
  // Apart from the tracker's: a look at the status gives up sooner, and takes none of its connections.
  const asked = createComfyui(config.comfyuiUrl, {
    timeoutMs: STATUS_TIMEOUT_MS,
    authorization: config.comfyuiAuthorization,
  });
  const servers: Server[] = [];
  const rotation = createRotation({
    ...{ config, chosen, judgeKey, apiKey, secret, sessions, events, log, secrets },
    closeSockets(whose, reason) {
      for (const server of servers)
        whose === 'sessions' ? server.closeSessions(reason) : server.closeCallers(reason);
    },
  });
  const now = (): Seconds => Math.floor(Date.now() / 1000);
  const managerLevel = openManagerLevel(config, log);
  const status = createStatus({
    config,
    runs,
    systemStats: metrics.upstream.asked(asked.systemStats),
    viewers: () => servers.reduce((sum, each) => sum + each.viewers(), 0),
  });
  const context: Context = Object.freeze({
    config,
    log,
    now,
    gate: createGate(apiKey, sessions, metrics.keys.counted(createThrottle()), (failure) =>
      failures.add(failure),
    ),
    sessions,
    rotation,
    maintenance,
    updates,
    managerLevel,
    events,
    runs,
    comfyui,
    manager: createManagerGate(managerLevel, events, now),
    forwarded,
    transport,
    posture: createPosture({
      config,
      rotation,
      managerLevel,
      forwarded,
      transport,
      exposure,
      comfyui: asked,
      tls,
    }),
    status,
    comfyuiSockets,
    exposure,
    assets,
    refusals: guard.refusals,
    metrics,
    exposition: createExposition(metrics, {
      ...{ status, runs, updates, storage },
      refusals: guard.refusals,
      sockets: () => servers.map((each) => each.openSockets()),
    }),
  });
  const server = createServer(context, routes, guard);
  // The same gate on a second port; the guard counts what it refuses on both.
  const comfyuiServer = config.comfyuiPort === null ? null : createServer(context, comfyuiRoutes, guard);
  servers.push(server, ...(comfyuiServer === null ? [] : [comfyuiServer]));
  const stopBroadcast = broadcast(runs, events, server, metrics.frames);
  if (predecessor !== undefined) await standTheCheck(server, predecessor, tls !== null);
  const port = await ports.listen(server, config.host, config.port);
  const comfyuiPort =
    comfyuiServer === null ? null : await ports.listen(comfyuiServer, config.host, config.comfyuiPort ?? 0);
  const redirects = config.httpRedirectPort === null ? null : createRedirectServer(() => port);
  const httpRedirectPort =
    redirects === null ? null : await ports.listen(redirects, config.host, config.httpRedirectPort ?? 0);
  tls?.follow(() => {
    for (const each of servers) each.renewCertificate();
  }, events);
  // It may not listen yet when Studio starts.
  const stopLooking = events.subscribe(({ type }) => {
    if (type === 'comfyui.connected') void exposure.look();
  });
  void exposure.look();
  events.append({ type: 'system.backend.started', severity: 'info', message: 'Studio started' });
  return {
    port,
    comfyuiPort,
    httpRedirectPort,
    tls,
    context,
    keySource: chosen.source,
    pause: runs.pause,
    resume: runs.resume,
    async retire() {
      // Before the sockets close: who reads of an update's beginning reads of its end.
      maintenance.leave('Studio has restarted');
      redirects?.close();
      // In time for their answers to leave.
      const late = setTimeout(runs.releaseWaiting, RETIREMENT_MS - GOODBYE_MS);
      await Promise.all([server.retire(RETIREMENT_MS), comfyuiServer?.retire(RETIREMENT_MS)]);
      clearTimeout(late);
      tls?.stop();
      stopBroadcast();
      stopLooking();
      exposure.stop();
      rotation.close();
      failures.close();
      comfyui.close();
      comfyuiSockets.close();
      asked.close();
      runs.close();
      events.close();
      storage.close(true);
    },
    async close(graceMs) {
      redirects?.close();
      tls?.stop();
      stopBroadcast();
      stopLooking();
      exposure.stop();
      rotation.close();
      await Promise.all([...servers.map((each) => each.close(graceMs)), updates.close()]);
      failures.close();
      comfyui.close();
      comfyuiSockets.close();
      asked.close();
      runs.close();
      events.close();
      storage.close();
      ports.release();
    },
  };
}

/** The process before this one looks at it where nobody else does. */
async function standTheCheck(server: Server, predecessor: Predecessor, secure: boolean): Promise<void> {
  const port = await server.listen('127.0.0.1', 0);
  await predecessor.checks(port, secure);
  server.stopListening(port);
}

/** What must never stand in a log: the header's value, and the credentials in it alone. */
function secretsOf(key: string, { comfyuiAuthorization, given }: Config): readonly string[] {
  const tokens = KNOWN_TOKENS.map((name) => given[name] ?? '').filter(
    ({ length }) => length >= SHORTEST_TOKEN,
  );
  if (comfyuiAuthorization === null) return [key, ...tokens];
  return [key, ...tokens, comfyuiAuthorization, comfyuiAuthorization.replace(/^\S+ +/, '')];
}

/** A shorter one is no token, and would be found in ordinary words. */
const SHORTEST_TOKEN = 8;

function makeFolder(studioDir: string): void {
  try {
    mkdirSync(studioDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartupError(
      `STUDIO_DIR: cannot make the folder ${studioDir} (${reason}). Name one that this user can write.`,
    );
  }
}

/** The kept level, which Manager's config.ini is brought to as well: somebody may have changed it meanwhile. */
function openManagerLevel(config: Config, log: Log): ManagerLevel {
  const { studioDir, comfyuiDir, managerSecurityLevel } = config;
  const level = loadLevel(studioDir, managerSecurityLevel, (message) => log.warn(message));
  log.info(`ComfyUI Manager is held to the security level "${level}"`);
  if (comfyuiDir !== null) {
    const outcome = writeManagerConfig(comfyuiDir, level);
    if (!outcome.written) log.warn(outcome.reason);
  }
  return createManagerLevel({ studioDir, comfyuiDir, level });
}

/** Those whose sockets are open, which go on, learn it by these. */
function tellMaintenance(events: EventLog): (change: MaintenanceChange) => void {
  return (change) => {
    if (change.type === 'left') {
      const { reason } = change;
      const message = `Maintenance is over: ${reason}`;
      return events.append({ type: 'maintenance.left', severity: 'success', message, data: { reason } });
    }
    const { reason, message: words } = change;
    const began = reason === 'update' ? 'An update has begun' : 'Maintenance has begun';
    const message = words === null ? began : `${began}: ${words}`;
    const data = { reason, message: words };
    events.append({ type: 'maintenance.entered', severity: 'warning', message, data });
  };
}
