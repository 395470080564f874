import { constants } from 'node:os';
import { loadConfig } from '../config.ts';
import { checkHealth } from '../handover/check-health.ts';
import { createKeeper, type Incumbent, type RestartOutcome } from '../handover/keeper.ts';
import { successorOf } from '../handover/successor.ts';
import { type ProcessEnd, spawnSuccessor } from '../handover/successor-process.ts';
import type { Route } from '../http/route.ts';
import { createLog } from '../log.ts';
import { connectionsWithin, openFileLimit } from '../open-files.ts';
import { type Studio, startStudio } from '../studio.ts';
import { ownPublicFile } from '../tls/own-certificate.ts';
import type { Tls } from '../tls/tls.ts';
import { dayOf } from '../tls/validity.ts';
import type { Restart } from '../update/updates.ts';
import { type Environment, expectNoArguments } from './command.ts';
import { EXIT } from './exit-codes.ts';

/** Pending answers get this long after a stop signal; supervisors kill after 10 s. */
const GRACE_MS = 8000;

/** Only there can two processes share a port so that none of them misses a connection (SO_REUSEPORT, socket(7)). */
const CAN_SHARE_PORTS = process.platform === 'linux';

export interface Served {
  readonly routes: readonly Route[];
  /** Of STUDIO_COMFYUI_PORT. */
  readonly comfyuiRoutes: readonly Route[];
}

/** `studio serve`: serves until it is told to stop, and resolves to the exit code. */
export async function serve(served: Served, args: readonly string[], env: Environment): Promise<number> {
  expectNoArguments(args);
  const asked = loadConfig(env);
  const { connections, warning } = connectionsWithin(asked.maxConnections, openFileLimit());
  const config = { ...asked, maxConnections: connections };
  let end: (code: number) => void = () => {};
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  // As long as nothing is served there is nothing to wait for.
  let stop: (why: string) => void = () => process.exit(EXIT.failed);
  const successor = successorOf(process, env, () => stop('the process that started this one is gone'));
  const canHandOver =
    CAN_SHARE_PORTS && config.port !== 0 && config.comfyuiPort !== 0 && config.httpRedirectPort !== 0;

  const studio = await startStudio({
    ...served,
    config,
    env,
    createLog: (secrets) => createLog({ level: config.logLevel, secrets }),
    sharesPorts: canHandOver,
    predecessor: successor?.predecessor,
    restart: restartAfterUpdate,
  });
  const { log } = studio.context;
  if (warning !== null) log.warn(warning);
  const self = asIncumbent(studio);
  const keeper = createKeeper({
    self,
    spawn: () => spawnSuccessor(env),
    checkHealth,
    onEnd: (how) => end(exitCodeOf(how)),
  });

  let stopping = false;
  stop = (why) => {
    // A second signal means it: no more waiting.
    if (stopping) return end(EXIT.failed);
    stopping = true;
    log.info(`${why}: stopping`);
    drain(EXIT.ok);
  };
  process.on('SIGTERM', onStop);
  process.on('SIGINT', onStop);
  // To a program on a terminal it says that the terminal is gone; to any other, by custom, to read its files again.
  if (!process.stdin.isTTY) process.on('SIGHUP', onReload);
  process.on('SIGUSR2', () => {
    log.info('SIGUSR2: restarting');
    void restart();
  });
  successor?.serve(self, () => end(EXIT.ok));
  // Last of all: whoever waits for this line may send a signal at once.
  tellWhere(studio);
  return ended;

  function onStop(signal: NodeJS.Signals): void {
    // It tells how it ended, and then this process ends as well.
    if (keeper.successor !== null) keeper.successor.kill('SIGTERM');
    else stop(signal);
  }

  function onReload(): void {
    if (keeper.successor !== null) keeper.successor.kill('SIGHUP');
    else {
      void studio.context.rotation.reload();
      studio.tls?.look();
    }
  }

  async function restart(): Promise<RestartOutcome> {
    const refusal = refusalToRestart();
    if (refusal === null) return successor?.restart() ?? keeper.restart();
    self.tellFailure(refusal);
    return { failed: refusal };
  }

  function refusalToRestart(): string | null {
    if (!canHandOver) return 'only on Linux, and with ports that are set, can two processes share them';
    if (keeper.successor !== null) return null;
    return studio.context.updates.last?.outcome === 'running' ? 'an update is running' : null;
  }

  function restartAfterUpdate(): ReturnType<Restart> {
    if (config.restartBy === 'handover' && canHandOver) return restart();
    log.info(`The update asks for a restart: this process ends with ${EXIT.restart}`);
    stopping = true;
    drain(EXIT.restart);
    return Promise.resolve('restarting');
  }

  function drain(code: number): void {
    studio.close(GRACE_MS).then(
      () => end(code),
      (error: unknown) => {
        log.error({ err: error }, 'the stop failed');
        end(EXIT.failed);
      },
    );
  }
}

function asIncumbent({ context, pause, resume, retire }: Studio): Incumbent {
  return {
    pause,
    resume,
    retire,
    tellFailure(reason) {
      const message = `Studio was not restarted, and goes on as it is: ${reason}`;
      context.log.error(message);
      context.events.append({
        type: 'system.restart.failed',
        severity: 'error',
        message,
        data: { reason },
      });
    },
  };
}

function tellWhere({
  context: { config, log },
  tls,
  keySource,
  port,
  comfyuiPort,
  httpRedirectPort,
}: Studio): void {
  const at = `${tls === null ? 'http' : 'https'}://${config.host}`;
  log.info(`ComfyUI Studio serves on ${at}:${port}; the key to log in with: ${keySource}`);
  if (comfyuiPort !== null) log.info(`ComfyUI alone, behind the same login: ${at}:${comfyuiPort}`);
  if (httpRedirectPort !== null)
    log.info(`Plain http is led to https: http://${config.host}:${httpRedirectPort}`);
  if (tls !== null) log.info(certificateLine(tls, config.studioDir));
}

function certificateLine({ state: { kind, certificate } }: Tls, studioDir: string): string {
  const ends = `good until ${dayOf(certificate.expiresAt)}`;
  if (kind === 'files') return `The certificate for https is ${ends}`;
  return (
    `Studio made its certificate itself (${ownPublicFile(studioDir)}, ${ends}), so browsers warn of it; ` +
    `what they show as its SHA-256 fingerprint must be ${certificate.fingerprint}`
  );
}

/** As shells do for a process that a signal ended. */
function exitCodeOf({ code, signal }: ProcessEnd): number {
  return code ?? (signal === null ? EXIT.failed : 128 + (constants.signals[signal] ?? 0));
}
