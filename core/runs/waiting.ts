import type { Ledger } from './ledger.ts';
import type { PromptId, RunProgress } from './run.ts';
import { isOver } from './state.ts';

/** Those who wait for runs to end. */
export interface Waiting {
  /** Resolves when the run is over, or after `timeoutMs`, or on `close`: to what is known of it then. */
  ended(id: PromptId, timeoutMs: number): Promise<RunProgress | undefined>;
  /** Looks which of the runs are over: for when nobody tells it. */
  look(): void;
  /** Resolves all of them now. */
  release(): void;
  close(): void;
}

export function createWaiting(ledger: Pick<Ledger, 'progress' | 'watch'>): Waiting {
  const waiters = new Map<PromptId, Set<() => void>>();

  const stop = ledger.watch({
    progress(run) {
      if (isOver(run.status)) release(run.prompt_id);
    },
  });

  function release(id: PromptId): void {
    for (const done of waiters.get(id) ?? []) done();
  }

  function look(): void {
    for (const id of [...waiters.keys()]) {
      const run = ledger.progress(id);
      if (run === undefined || isOver(run.status)) release(id);
    }
  }

  function releaseAll(): void {
    for (const id of [...waiters.keys()]) release(id);
  }

  return {
    ended(id, timeoutMs) {
      const run = ledger.progress(id);
      if (run === undefined || isOver(run.status) || timeoutMs <= 0) return Promise.resolve(run);
      return new Promise((resolve) => {
        const those = waiters.get(id) ?? new Set();
        waiters.set(id, those);
        const timer = setTimeout(done, timeoutMs);
        those.add(done);
        function done(): void {
          clearTimeout(timer);
          those.delete(done);
          if (those.size === 0) waiters.delete(id);
          resolve(ledger.progress(id));
        }
      });
    },
    look,
    release: releaseAll,
    close() {
      stop();
      releaseAll();
    },
  };
}
