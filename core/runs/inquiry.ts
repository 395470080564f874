import type { RunsLog } from './log.ts';

export interface InquiryOptions {
  /** Asks ComfyUI, and acts on the answer. */
  ask(): Promise<void>;
  /** Whether there is still something to ask about. */
  wanted(): boolean;
  /** Milliseconds between two rounds. */
  readonly intervalMs: number;
  readonly log: RunsLog;
}

export interface Inquiry {
  /** Asks at once; if a round is under way, once more after it. */
  now(): void;
  /** Asks as soon as a whole interval is over since the last round began. */
  soon(): void;
  close(): void;
}

/** Rounds of questions, one at a time, repeated for as long as they are wanted. A round that took long is repeated later. */
export function createInquiry({ ask, wanted, intervalMs, log }: InquiryOptions): Inquiry {
  let asking = false;
  let askAgain = false;
  let closed = false;
  let beganAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  async function round(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    asking = true;
    beganAt = performance.now();
    try {
      await ask();
    } catch (error) {
      log.debug({ err: error }, 'ComfyUI could not be asked about its runs');
    }
    asking = false;
    if (closed) return;
    if (askAgain) {
      askAgain = false;
      void round();
    } else if (wanted()) {
      // A queue of big workflows is megabytes: at most a tenth of the time goes into reading it.
      schedule(Math.max(intervalMs, 10 * (performance.now() - beganAt)));
    }
  }

  function schedule(delayMs: number): void {
    timer ??= setTimeout(() => void round(), delayMs).unref();
  }

  return {
    now() {
      if (closed) return;
      if (asking) askAgain = true;
      else void round();
    },
    soon() {
      if (closed || asking) return;
      schedule(Math.max(0, beganAt + intervalMs - performance.now()));
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
