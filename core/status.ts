import { readFileSync, statfsSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { createCached } from './cached.ts';
import type { Config } from './config.ts';
import { packageRoot } from './package-root.ts';
import type { SystemStats } from './runs/comfyui-answers.ts';
import type { Runs } from './runs/runs.ts';

/** Bytes. Null where the folder is not there, or not known. */
export interface Disk {
  readonly path: string;
  readonly total: number;
  readonly free: number;
}

export interface ComfyuiStatus {
  /** It answered the last question. */
  readonly reachable: boolean;
  /** What follows is of before: the last question is not answered yet, or was not. */
  readonly stale: boolean;
  readonly version: string | null;
  readonly python: string | null;
  readonly pytorch: string | null;
  readonly devices: SystemStats['devices'];
}

export interface SystemStatus {
  readonly versions: { readonly studio: string; readonly node: string; readonly uwebsockets: string | null };
  readonly uptime_seconds: number;
  readonly comfyui: ComfyuiStatus;
  readonly queue: { readonly running: number; readonly pending: number };
  /** Open sockets, of all kinds. */
  readonly viewers: number;
  readonly disk: { readonly studio: Disk | null; readonly models: Disk | null };
  readonly memory: {
    readonly rss: number;
    readonly heap_used: number;
    readonly heap_total: number;
    readonly system_total: number;
    readonly system_free: number;
  };
  /** The share of time in which this process worked, from 0 to 1, since it was asked before. */
  readonly busy: number;
}

export interface StatusOptions {
  readonly config: Config;
  readonly runs: Pick<Runs, 'list'>;
  readonly systemStats: () => Promise<SystemStats>;
  readonly viewers: () => number;
}

const CACHED_MS = 1000;

/** ComfyUI may be busy loading a model for minutes; what it said last is told after this long. */
const COMFYUI_PATIENCE_MS = 300;

/** What there is to know of this machine and of ComfyUI. Asked once a second however many ask; never rejects. */
export function createStatus({
  config,
  runs,
  systemStats,
  viewers,
}: StatusOptions): () => Promise<SystemStatus> {
  const versions = readVersions();
  const askComfyui = comfyuiAsker(systemStats);
  let utilization = performance.eventLoopUtilization();

  return createCached(CACHED_MS, async () => {
    const comfyui = await askComfyui();
    const { rss, heapUsed, heapTotal } = process.memoryUsage();
    const list = runs.list();
    const now = performance.eventLoopUtilization();
    const busy = performance.eventLoopUtilization(now, utilization).utilization;
    utilization = now;
    return {
      versions,
      uptime_seconds: Math.floor(process.uptime()),
      comfyui,
      queue: {
        running: list.filter(({ status }) => status === 'running').length,
        pending: list.filter(({ status }) => status === 'queued').length,
      },
      viewers: viewers(),
      disk: {
        studio: diskOf(config.studioDir),
        models: config.comfyuiDir === null ? null : diskOf(join(config.comfyuiDir, 'models')),
      },
      memory: {
        rss,
        heap_used: heapUsed,
        heap_total: heapTotal,
        system_total: totalmem(),
        system_free: freemem(),
      },
      busy: Math.round(busy * 1000) / 1000,
    };
  });
}

/** One question at a time; who cannot wait for the answer gets the last one, and is told so. */
function comfyuiAsker(systemStats: () => Promise<SystemStats>): () => Promise<ComfyuiStatus> {
  let pending: Promise<void> | null = null;
  let last: SystemStats | null = null;
  let reachable = false;

  function ask(): Promise<void> {
    pending ??= systemStats()
      .then(
        (stats) => {
          last = stats;
          reachable = true;
        },
        () => {
          reachable = false;
        },
      )
      .finally(() => {
        pending = null;
      });
    return pending;
  }

  return async () => {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, COMFYUI_PATIENCE_MS, 'late');
    });
    const late = (await Promise.race([ask(), patience])) === 'late';
    clearTimeout(timer);
    return {
      reachable: reachable && !late,
      stale: last !== null && (late || !reachable),
      version: last?.comfyuiVersion ?? null,
      python: last?.pythonVersion ?? null,
      pytorch: last?.pytorchVersion ?? null,
      devices: last?.devices ?? [],
    };
  };
}

function diskOf(path: string): Disk | null {
  try {
    const { blocks, bavail, bsize } = statfsSync(path);
    return { path, total: blocks * bsize, free: bavail * bsize };
  } catch {
    return null;
  }
}

function readVersions(): SystemStatus['versions'] {
  return {
    studio: versionIn(packageRoot()) ?? 'unknown',
    node: process.versions.node,
    uwebsockets: versionIn(join(packageRoot(), 'node_modules', 'uWebSockets.js')),
  };
}

function versionIn(folder: string): string | null {
  try {
    const found: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return typeof found === 'object' && found !== null && 'version' in found ? String(found.version) : null;
  } catch {
    return null;
  }
}
