import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Config } from './config.ts';
import {
  addressesToTry,
  type Exposure,
  exposureNews,
  type Listeners,
  NOT_CHECKED,
  type OwnAddress,
} from './exposure.ts';
import type { Log } from './log.ts';
import { targetOf } from './proxy/target.ts';

export interface ExposureWatch {
  /** By the latest look. */
  readonly current: Exposure;
  /** Looks now, and resolves when it has; the owner is told in the log when something has changed. */
  look(): Promise<void>;
  stop(): void;
}

export interface ExposureOptions {
  readonly listeners: Listeners;
  readonly log: Pick<Log, 'warn' | 'info'>;
  readonly interfaces?: () => readonly OwnAddress[];
  /** Whether anything listens there. */
  readonly answers?: (address: string, port: number) => Promise<boolean>;
  readonly intervalMs?: number;
}

/** What COMFYUI_URL says, and what Studio listens on. */
export function listenersOf(config: Config): Listeners {
  const { comfyuiUrl, comfyuiAuthorization, host, port, comfyuiPort } = config;
  return {
    comfyui: targetOf(comfyuiUrl, comfyuiAuthorization),
    studio: { host, ports: [port, comfyuiPort ?? port] },
  };
}

const INTERVAL_MS = 10 * 60 * 1000;

/** On an address of one's own an answer takes no time at all; a firewall may keep it back. */
const CONNECT_TIMEOUT_MS = 1000;

/** Tries ComfyUI's port on this machine's own addresses, and on no others: from its start on, every ten minutes. */
export function watchExposure(options: ExposureOptions): ExposureWatch {
  const {
    listeners,
    log,
    interfaces = ownAddresses,
    answers = isListening,
    intervalMs = INTERVAL_MS,
  } = options;
  const { port } = listeners.comfyui;
  let current = NOT_CHECKED;
  let stopped = false;
  /** The look that is under way: whoever wants one meanwhile gets the next. */
  let looking: Promise<void> = Promise.resolve();
  let queued: Promise<void> | null = null;

  async function lookOnce(): Promise<void> {
    const addresses = addressesToTry(listeners, interfaces());
    const reachable: string[] = [];
    for (const address of addresses ?? []) {
      if (stopped) return;
      if (await answers(address, port)) reachable.push(address);
    }
    if (stopped) return;
    const before = current;
    current = Object.freeze({ checked: addresses !== null, reachable: Object.freeze(reachable) });
    const news = exposureNews(before, current, port);
    if (news !== null) log[news.level](news.message);
  }

  function failed(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn(`Whether ComfyUI can be reached past Studio could not be found out: ${reason}`);
  }

  function look(): Promise<void> {
    queued ??= looking.then(() => {
      queued = null;
      looking = lookOnce().catch(failed);
      return looking;
    });
    return queued;
  }

  const timer = setInterval(() => void look(), intervalMs).unref();
  return {
    get current() {
      return current;
    },
    look,
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}

function ownAddresses(): readonly OwnAddress[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
}

function isListening(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: CONNECT_TIMEOUT_MS });
    const settle = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.on('connect', () => settle(true));
    socket.on('timeout', () => settle(false));
    socket.on('error', () => settle(false));
  });
}
