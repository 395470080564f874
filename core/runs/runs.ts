import type { HistoryPage, HistoryQuery, RunRecord } from './archive.ts';
import type { NodeTiming, Preview, Prompt, PromptId, RunProgress } from './run.ts';

export interface RunRequest {
  readonly prompt: Prompt;
  readonly extra_data?: Readonly<Record<string, unknown>> | undefined;
  /** Queue it before all that waits. */
  readonly front?: boolean | undefined;
  /** What to call it; by default it is named after its text prompt. */
  readonly title?: string | undefined;
}

/** ComfyUI took the run. `node_errors` is not empty when only some of its outputs could be queued. */
export interface RunAccepted {
  readonly prompt_id: PromptId;
  readonly number: number;
  readonly node_errors: Readonly<Record<string, unknown>>;
}

export interface RunWatcher {
  /** At most every 150 ms per run, only on change, and always for the last state of a run. */
  progress?(run: RunProgress): void;
  /** At most 10 a second per run: the newest. */
  preview?(preview: Preview): void;
}

/** To be told all that ComfyUI says on one connection, in order. */
export interface Overheard {
  text(frame: string): void;
  binary(frame: Uint8Array): void;
  /** The connection is over. */
  close(): void;
}

/** The runs of this pod, as far as Studio knows them. */
export interface Runs {
  /** Whether ComfyUI's socket is open right now. */
  readonly connected: boolean;
  /**
   * Queues a run at ComfyUI. It is written down before ComfyUI hears of it, so that no crash loses it.
   * Throws ComfyuiRefusal when ComfyUI says no, or (429) when too many are open already; StorageUnwritable when there is no
   * room to write it down; ComfyuiUnreachable when ComfyUI does not answer, and then a run may have been queued all the
   * same: it appears in `list` once ComfyUI names it.
   */
  submit(request: RunRequest): Promise<RunAccepted>;
  get(id: PromptId): RunProgress | undefined;
  /** Open runs first, in queue order, then the ones that are over, newest first; bounded. */
  list(): readonly RunProgress[];
  /**
   * Takes a queued run out of the queue or interrupts a running one; resolves when ComfyUI was told.
   * Resolves to false when the run is not known or already over. Throws ComfyuiUnreachable.
   */
  cancel(id: PromptId): Promise<boolean>;
  /** Resolves when the run is over, or after `timeoutMs`, or when Studio closes: to what is known of it then. */
  ended(id: PromptId, timeoutMs: number): Promise<RunProgress | undefined>;
  /** Every run that is kept, newest first. */
  history(query: HistoryQuery): HistoryPage;
  record(id: PromptId): RunRecord | undefined;
  /** The workflow that the run was queued with. */
  promptOf(id: PromptId): Prompt | undefined;
  /** How long the nodes of the run took, as far as it was seen; those of which nothing is known are left out. */
  timingsOf(id: PromptId): readonly NodeTiming[];
  /** Forgets runs that are over, here and in ComfyUI's own history; their pictures stay. Resolves to the ids of those that were. */
  erase(ids: readonly PromptId[] | 'all'): Promise<readonly PromptId[]>;
  /** Calls the watcher for all that happens until the returned function is called. */
  watch(watcher: RunWatcher): () => void;
  /**
   * Begins to listen to a connection between ComfyUI and somebody else that passes through here. Runs that are queued with
   * this client id count as the editor's; what is said of them on it is shown as if ComfyUI had told Studio itself.
   */
  overhear(clientId: string | null): Overheard;
  /**
   * Whether this is the id by which ComfyUI knows Studio. It keeps one socket for each id, the newest: whoever came with
   * this one would take every run's messages away from Studio.
   */
  isOwnClient(clientId: string): boolean;
  /** Lets go of ComfyUI's socket and of every timer. */
  close(): void;
}

/** ComfyUI read the request and refused it. `status` and `body` are its own answer. */
export class ComfyuiRefusal extends Error {
  readonly status: number;
  readonly body: unknown;
  constructor(status: number, body: unknown, message: string) {
    super(message);
    this.name = 'ComfyuiRefusal';
    this.status = status;
    this.body = body;
  }
}

/** ComfyUI could not be reached, or broke off, or did not answer in time. */
export class ComfyuiUnreachable extends Error {
  /** Whether the request may have reached it all the same. */
  readonly maybeReceived: boolean;
  constructor(reason: string, options: { readonly cause?: unknown; readonly maybeReceived?: boolean } = {}) {
    super(`ComfyUI does not answer: ${reason}`, { cause: options.cause });
    this.name = 'ComfyuiUnreachable';
    this.maybeReceived = options.maybeReceived ?? true;
  }
}
