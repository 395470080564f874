export interface Pacer {
  /** Something changed: emits now, or when the interval since the last time is over. */
  changed(): void;
  /** Emits at once, and never again. */
  last(): void;
  /** Never emits again. */
  stop(): void;
}

/** Calls `emit` at most every `intervalMs` milliseconds, and always once after the latest change. */
export function createPacer(intervalMs: number, emit: () => void): Pacer {
  let emittedAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function emitNow(): void {
    clearTimeout(timer);
    timer = undefined;
    emittedAt = performance.now();
    emit();
  }

  return {
    changed() {
      if (stopped || timer !== undefined) return;
      const wait = emittedAt + intervalMs - performance.now();
      if (wait <= 0) emitNow();
      else timer = setTimeout(emitNow, wait).unref();
    },
    last() {
      if (stopped) return;
      stopped = true;
      emitNow();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
