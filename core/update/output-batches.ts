import { createTail } from './tail.ts';

/** Some lines of output at once. */
export interface OutputBatch {
  readonly lines: readonly string[];
  /** How many lines before these are told to nobody. */
  readonly leftOut: number;
}

export interface OutputBatches {
  line(text: string): void;
  /** Tells what has not been told. */
  end(): void;
}

export interface BatchLimits {
  /** Characters that are told as they come. */
  readonly first: number;
  /** Characters of one batch. */
  readonly batch: number;
  /** How long lines wait for others to go along with, in ms. */
  readonly everyMs: number;
  /** The same, once the first part is told. */
  readonly laterEveryMs: number;
}

const LIMITS: BatchLimits = { first: 64 * 1024, batch: 8 * 1024, everyMs: 250, laterEveryMs: 5000 };

/** So much a batch counts at the least, so that many small ones are not more than a few large ones. */
const LEAST_COST = 256;

/**
 * Tells output in few batches, however much there is of it: the first part whole; from then on, every 5 seconds and at the
 * end, the last lines and how many were left out. So a command that prints for its whole time makes some hundred events.
 */
export function createOutputBatches(
  tell: (batch: OutputBatch) => void,
  limits: BatchLimits = LIMITS,
): OutputBatches {
  const waiting = createTail(limits.batch);
  let spent = 0;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const { lines, leftOut, size } = waiting;
    if (lines.length === 0 && leftOut === 0) return;
    spent += Math.max(size, LEAST_COST);
    waiting.clear();
    tell({ lines, leftOut });
  }

  return {
    line(text) {
      const isFirst = spent < limits.first;
      // The next line would push the oldest out.
      if (isFirst && waiting.size > limits.batch / 2) flush();
      waiting.push(text);
      timer ??= setTimeout(flush, isFirst ? limits.everyMs : limits.laterEveryMs).unref();
    },
    end: flush,
  };
}
