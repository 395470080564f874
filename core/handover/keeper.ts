import type { ProcessEnd, SuccessorProcess } from './successor-process.ts';

/** Whoever serves now. */
export interface Incumbent {
  /** Stops following ComfyUI; resolves when another process may. It goes on answering. */
  pause(): Promise<void>;
  /** Follows ComfyUI again. */
  resume(): void;
  /** Another process serves. Resolves when every answer is finished. */
  retire(): Promise<void>;
  /** Says to the log and to viewers that it was not replaced. */
  tellFailure(reason: string): void;
}

export type RestartOutcome = 'restarting' | { readonly failed: string };

export interface Keeper {
  /** Replaces whoever serves by a new process. When that does not come up, nothing has changed. */
  restart(): Promise<RestartOutcome>;
  /** The process that serves, or null: this one does. */
  readonly successor: SuccessorProcess | null;
}

export interface KeeperOptions {
  /** The Studio of this very process. */
  readonly self: Incumbent;
  spawn(): SuccessorProcess;
  /** Asks a new Studio on that port of the loopback, over https when `secure`, for its health; rejects when it has none. */
  checkHealth(port: number, secure?: boolean): Promise<void>;
  /** The process that served has ended, and so must this one. */
  onEnd(end: ProcessEnd): void;
  readonly timing?: Partial<KeeperTiming>;
}

/** How long a Studio that was replaced goes on with long downloads and uploads, in ms. */
export const RETIREMENT_MS = 60_000;

/** In milliseconds. */
export interface KeeperTiming {
  /** To load, and to look through the records after a crash. */
  readonly prepare: number;
  /** For each further step, while nobody follows ComfyUI. */
  readonly step: number;
}

const TIMING: KeeperTiming = { prepare: 120_000, step: 15_000 };

/**
 * The first process of a Studio, in so far as it sees to its being replaced. It serves itself until the first restart, and then
 * only stays: supervisors, containers and terminals know Studio by it. Of two processes that serve, one follows ComfyUI.
 */
export function createKeeper(options: KeeperOptions): Keeper {
  const timing = { ...TIMING, ...options.timing };
  let incumbent: Incumbent = options.self;
  let successor: SuccessorProcess | null = null;
  let busy = false;

  async function replace(): Promise<void> {
    const next = options.spawn();
    let paused = false;
    try {
      await next.says('prepared', timing.prepare);
      paused = true;
      await incumbent.pause();
      next.tell({ type: 'take-over' });
      const { port, secure } = await next.says('check', timing.step);
      await options.checkHealth(port, secure);
      next.tell({ type: 'checked' });
      await next.says('serving', timing.step);
    } catch (error) {
      next.kill('SIGKILL');
      await next.ended;
      if (paused) incumbent.resume();
      throw error;
    }
    const before = incumbent;
    successor = next;
    incumbent = asIncumbent(next, timing.step);
    next.onRestart(() => void restart());
    void next.ended.then((end) => {
      if (successor === next) options.onEnd(end);
    });
    await before.retire();
  }

  async function restart(): Promise<RestartOutcome> {
    if (busy) return { failed: 'a restart is under way already' };
    busy = true;
    try {
      await replace();
      return 'restarting';
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      incumbent.tellFailure(reason);
      return { failed: reason };
    } finally {
      busy = false;
    }
  }

  return {
    restart,
    get successor() {
      return successor;
    },
  };
}

function asIncumbent(process: SuccessorProcess, stepMs: number): Incumbent {
  return {
    async pause() {
      const yielded = process.says('yielded', stepMs);
      process.tell({ type: 'yield' });
      await yielded;
    },
    resume: () => process.tell({ type: 'resume' }),
    async retire() {
      process.tell({ type: 'retire' });
      // It cuts off by itself what takes too long.
      const late = setTimeout(() => process.kill('SIGKILL'), RETIREMENT_MS + stepMs);
      await process.ended;
      clearTimeout(late);
    },
    tellFailure: (reason) => process.tell({ type: 'restart-failed', reason }),
  };
}
