import type { Prompt } from '../../../core/runs/run.ts';
import type { Files } from './files.ts';
import { signatures } from './graph.ts';
import type { HistoryEntry } from './history.ts';
import { nodeClasses } from './nodes.ts';
import type { Pace } from './pace.ts';
import type { QueueItem } from './queue.ts';
import { type Done, Run } from './run.ts';
import type { Sockets } from './sockets.ts';

/** Executes prompts, one after the other, and tells the sockets about it as ComfyUI does. */
export class Executor {
  /** Who posted the current run, or the last one. */
  clientId: string | null = null;
  /** The node that runs, as far as its client has been told. */
  nodeId: string | null = null;
  readonly #sockets: Sockets;
  readonly #files: Files;
  readonly #pace: Pace;
  readonly #cache = new Map<string, Done>();
  #runs = 0;

  constructor(sockets: Sockets, files: Files, pace: Pace) {
    this.#sockets = sockets;
    this.#files = files;
    this.#pace = pace;
  }

  /** Empties the cache: what POST /free with free_memory does. */
  free(): void {
    this.#cache.clear();
  }

  /** Runs one prompt to its end. It rejects only when `signal` was aborted with the reason 'gone'. */
  async execute(item: QueueItem, signal: AbortSignal): Promise<HistoryEntry> {
    const { client_id } = item[3];
    this.clientId = typeof client_id === 'string' ? client_id : null;
    const run = new Run(item, this.clientId, {
      sockets: this.#sockets,
      files: this.#files,
      pace: this.#pace,
      cache: this.#cache,
      signatures: this.#prune(item[2]),
      signal,
      onNode: (id) => {
        this.nodeId = id;
      },
    });
    try {
      return await run.toTheEnd();
    } finally {
      this.nodeId = null;
    }
  }

  /** The cache keeps only what the current prompt can use: ComfyUI's classic cache. */
  #prune(prompt: Prompt): Map<string, string> {
    this.#runs++;
    const signed = signatures(prompt, (node) => {
      const nodeClass = nodeClasses.get(node.class_type);
      if (nodeClass?.alwaysRuns) return this.#runs;
      return node.class_type === 'LoadImage'
        ? this.#files.read('input', String(node.inputs.image))?.etag
        : null;
    });
    const used = new Set(signed.values());
    for (const key of this.#cache.keys()) if (!used.has(key)) this.#cache.delete(key);
    return signed;
  }
}
