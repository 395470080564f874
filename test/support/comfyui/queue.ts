import { setImmediate } from 'node:timers/promises';
import type { Prompt } from '../../../core/runs/run.ts';

/** `[number, prompt id, prompt, extra_data, outputs to run]`, as GET /queue and the history show it. */
export type QueueItem = readonly [
  number,
  string,
  Prompt,
  Readonly<Record<string, unknown>>,
  readonly string[],
];

/**
 * One run at a time, the lowest number first. What waits is a binary heap in an array, and is shown as such: GET
 * /queue is not sorted.
 */
export class PromptQueue {
  #heap: QueueItem[] = [];
  #running: QueueItem | undefined;
  #abort = new AbortController();
  #working = false;
  readonly #onChange: () => void;
  readonly #run: (item: QueueItem, signal: AbortSignal, finish: () => void) => Promise<void>;
  readonly #onIdle: () => void;

  /** `run` calls `finish` when the run no longer counts as running. */
  constructor(hooks: {
    onChange: () => void;
    onIdle: () => void;
    run: (item: QueueItem, signal: AbortSignal, finish: () => void) => Promise<void>;
  }) {
    this.#onChange = hooks.onChange;
    this.#onIdle = hooks.onIdle;
    this.#run = hooks.run;
  }

  get running(): readonly QueueItem[] {
    return this.#running ? [this.#running] : [];
  }

  get pending(): readonly QueueItem[] {
    return this.#heap;
  }

  get remaining(): number {
    return this.#heap.length + this.running.length;
  }

  get idle(): boolean {
    return !this.#working;
  }

  put(item: QueueItem): void {
    push(this.#heap, item);
    this.#onChange();
    if (!this.#working) {
      this.#working = true;
      void this.#work();
    }
  }

  /** Takes a waiting run out; the running one is not affected. */
  delete(id: string): void {
    const rest = this.#heap.filter((item) => item[1] !== id);
    if (rest.length === this.#heap.length) return;
    this.#heap = [];
    for (const item of rest) push(this.#heap, item);
    this.#onChange();
  }

  clear(): void {
    this.#heap = [];
    this.#onChange();
  }

  /** Interrupts what runs. `reason` is the signal's: see executor.ts. */
  abort(reason: 'interrupted' | 'gone'): void {
    if (this.#running) this.#abort.abort(reason);
  }

  /** As a restart does: nothing waits, nothing runs, and nobody is told. */
  forget(): void {
    this.#heap = [];
    this.abort('gone');
    this.#running = undefined;
  }

  async #work(): Promise<void> {
    // The real worker is another thread: the reply to POST /prompt usually gets out before the run begins.
    await setImmediate();
    for (let item = pop(this.#heap); item; item = pop(this.#heap)) {
      this.#running = item;
      this.#abort = new AbortController();
      const { signal } = this.#abort;
      this.#onChange();
      await this.#run(item, signal, () => {
        if (signal.reason === 'gone') return;
        this.#running = undefined;
        this.#onChange();
      });
    }
    this.#working = false;
    this.#onIdle();
  }
}

function before(a: QueueItem, b: QueueItem): boolean {
  return a[0] === b[0] ? a[1] < b[1] : a[0] < b[0];
}

/** Python's heapq.heappush. */
function push(heap: QueueItem[], item: QueueItem): void {
  let at = heap.length;
  heap.push(item);
  while (at > 0) {
    const parent = heap[(at - 1) >> 1];
    if (!parent || !before(item, parent)) break;
    heap[at] = parent;
    at = (at - 1) >> 1;
  }
  heap[at] = item;
}

/** Python's heapq.heappop, but for the order it leaves the rest in. */
function pop(heap: QueueItem[]): QueueItem | undefined {
  const first = heap[0];
  if (!first) return undefined;
  const rest = heap.splice(0).slice(1);
  for (const item of rest) push(heap, item);
  return first;
}
