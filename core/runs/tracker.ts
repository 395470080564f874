import { randomUUID } from 'node:crypto';
import type { EventLog } from '../events/event-log.ts';
import type { RunArchive } from './archive.ts';
import { type ComfyuiOptions, createComfyui } from './comfyui.ts';
import { createHearing } from './hearing.ts';
import { createInquiry } from './inquiry.ts';
import { createLedger } from './ledger.ts';
import type { RunsLog } from './log.ts';
import { createReconcile } from './reconcile.ts';
import type { PromptId } from './run.ts';
import type { TrackedRun } from './run-table.ts';
import { ComfyuiRefusal, ComfyuiUnreachable, type RunAccepted, type RunRequest, type Runs } from './runs.ts';
import { openUpstream, type Upstream, type UpstreamTiming } from './upstream.ts';
import { createWaiting } from './waiting.ts';

export interface TrackerOptions {
  /** ComfyUI's base address, http or https; it may have a path. */
  readonly comfyuiUrl: string;
  /**
   * What Studio calls itself to ComfyUI, which sends a run's frames to the client that submitted it: the same one after a
   * restart, so that the frames of open runs come here again.
   */
  readonly clientId: string;
  readonly archive: RunArchive;
  /** The value for Authorization, where ComfyUI has a lock of its own. */
  readonly authorization?: string | null;
  readonly events: EventLog;
  readonly log: RunsLog;
  /** At most one progress per run in this many milliseconds; default 150. */
  readonly progressIntervalMs?: number;
  /** At most one preview per run in this many milliseconds; default 100. */
  readonly previewIntervalMs?: number;
  /** How often ComfyUI is asked while a run is open, in milliseconds; default 3,000. */
  readonly inquiryIntervalMs?: number;
  /** How many runs that are over are at hand without a look into the archive; default 200. */
  readonly overLimit?: number;
  /** How many open runs there may be; default 10,000. */
  readonly openLimit?: number;
  readonly comfyui?: ComfyuiOptions;
  readonly upstream?: Partial<UpstreamTiming>;
}

/** How often those who wait are served while another process follows ComfyUI, in ms. */
const LOOK_MS = 200;

/** What a Studio that is being replaced needs of it: of two processes only one may follow ComfyUI. */
export interface Tracker extends Runs {
  /**
   * Stops following: when this resolves, another process on the same archive may. Runs can still be submitted, looked up and
   * waited for; what becomes of them is the other process's to find out, and is read from the archive.
   */
  pause(): Promise<void>;
  /** Follows again: the other process has ended. */
  resume(): void;
  /** Whoever waits for a run to end is told now what is known of it. */
  releaseWaiting(): void;
}

/**
 * Follows the runs of one ComfyUI. Its socket is for liveness, /queue and /history are the truth: they are asked after
 * every reconnect, and every few seconds while a run is open. So a run always ends, whatever was missed.
 */
export function createTracker(options: TrackerOptions): Tracker {
  const { comfyuiUrl, clientId, archive, events, log, openLimit = 10_000 } = options;
  const {
    progressIntervalMs = 150,
    previewIntervalMs = 100,
    inquiryIntervalMs = 3000,
    overLimit = 200,
    authorization = null,
  } = options;
  const comfyui = createComfyui(comfyuiUrl, { ...options.comfyui, authorization });
  const ledger = createLedger({ archive, events, log, progressIntervalMs, previewIntervalMs, overLimit });
  const waiting = createWaiting(ledger);
  const link = { connected: false, connection: 0, heardAt: Number.NEGATIVE_INFINITY };
  let outageTold = false;

  let paused = false;
  let looking: NodeJS.Timeout | undefined;

  /** An answer that came too late to be acted on. */
  async function unlessPaused<T>(answer: Promise<T>): Promise<T> {
    const value = await answer;
    if (paused) throw new Error('another process follows ComfyUI from now on');
    return value;
  }

  const reconcile = createReconcile({
    comfyui: {
      queue: (isKnown) => unlessPaused(comfyui.queue(isKnown)),
      history: (id) => unlessPaused(comfyui.history(id)),
      pastRun: (id) => unlessPaused(comfyui.pastRun(id)),
    },
    ledger,
    link,
    openLimit,
    starterOf: (id) => hearing.starterOf(id),
    heardOf: () => hearing.heardOf(),
    onAdopted: (run) => hearing.adopted(run),
    onDeaf: () => upstream.redial('it fell silent'),
  });
  const inquiry = createInquiry({
    async ask() {
      if (paused) return;
      let running: PromptId | null = null;
      try {
        running = await reconcile();
      } finally {
        hearing.asked(running);
      }
    },
    wanted: () => !paused && ledger.open.size > 0,
    intervalMs: inquiryIntervalMs,
    log,
  });
  const hearing = createHearing({ ledger, askNow: inquiry.now, askSoon: inquiry.soon });
  let upstream = dial();

  function dial(): Upstream {
    return openUpstream({
      comfyuiUrl,
      authorization,
      clientId,
      log,
      ...(options.upstream && { timing: options.upstream }),
      onOpen: connected,
      onClose: disconnected,
      onText(text) {
        link.heardAt = performance.now();
        hearing.own.text(text);
      },
      onBinary(frame) {
        link.heardAt = performance.now();
        hearing.own.binary(frame);
      },
    });
  }

  function connected(): void {
    link.connected = true;
    link.connection += 1;
    outageTold = false;
    ledger.record({ type: 'comfyui.connected', severity: 'success', message: 'ComfyUI is connected' });
    inquiry.now();
  }

  function disconnected(reason: string): void {
    link.connected = false;
    hearing.own.close();
    if (outageTold) return;
    outageTold = true;
    const message = `ComfyUI is not connected: ${reason}`;
    ledger.record({ type: 'comfyui.disconnected', severity: 'warning', message, data: { reason } });
  }

  async function cancelQueued(run: TrackedRun): Promise<void> {
    const id = run.state.id;
    await comfyui.deleteFromQueue(id);
    // It may have started in between, and then the deletion did nothing.
    const queue = await comfyui.queue();
    if (queue.running.some((item) => item.promptId === id)) return comfyui.interrupt(id);
    if (queue.pending.some((item) => item.promptId === id)) return;
    ledger.advance(run, (await comfyui.history(id)) ?? { type: 'removed' });
  }

  return {
    get connected() {
      return link.connected;
    },

    async submit(request: RunRequest): Promise<RunAccepted> {
      if (ledger.open.size >= openLimit) throw queueFull(openLimit);
      // Its first frames may be here before the answer is, so it is known from now on.
      const entered = ledger.enter(randomUUID(), request.prompt, request.title);
      const answer = await comfyui
        .submit({ ...request, promptId: entered.state.id, clientId })
        .catch((error: unknown) => refuse(entered, error));
      const run =
        answer.prompt_id === entered.state.id ? entered : renamed(entered, answer.prompt_id, request);
      run.number = answer.number;
      run.nodeErrors = answer.node_errors;
      if (run.state.status === 'queued') run.waitedDuring = link.connection;
      ledger.accept(run);
      inquiry.soon();
      return answer;
    },

    get: ledger.progress,
    list: ledger.list,

    async cancel(id) {
      const run = ledger.get(id);
      if (!run?.accepted) return false;
      run.cancelAsked = true;
      if (run.state.status === 'running') await comfyui.interrupt(id);
      else await cancelQueued(run);
      inquiry.soon();
      return true;
    },

    ended: waiting.ended,
    history: archive.list,
    record: archive.get,
    promptOf: archive.promptOf,
    timingsOf: archive.timingsOf,

    async erase(ids) {
      const erased = ledger.erase(ids);
      // ComfyUI forgets them by itself when it restarts: that it is away now is no reason to keep them here.
      if (erased.length > 0)
        await comfyui.deleteFromHistory(erased).catch((error: unknown) => {
          log.debug({ err: error }, 'ComfyUI still has runs in its history that are deleted here');
        });
      return erased;
    },

    watch: ledger.watch,
    overhear: hearing.open,
    isOwnClient: (id) => id === clientId,

    pause() {
      paused = true;
      link.connected = false;
      ledger.pause();
      hearing.own.close();
      looking = setInterval(waiting.look, LOOK_MS).unref();
      return upstream.release();
    },
    resume() {
      paused = false;
      clearInterval(looking);
      ledger.resume();
      upstream = dial();
    },

    releaseWaiting: waiting.release,

    close() {
      clearInterval(looking);
      waiting.close();
      inquiry.close();
      upstream.close();
      comfyui.close();
      ledger.close();
    },
  };

  /** What becomes of a run that ComfyUI did not confirm. */
  function refuse(entered: TrackedRun, error: unknown): never {
    const maybeReceived = error instanceof ComfyuiUnreachable && error.maybeReceived;
    if (maybeReceived && !entered.accepted) {
      entered.doubtful = true;
      inquiry.soon();
    } else if (!entered.accepted) ledger.forget(entered);
    throw error;
  }

  /** Older versions of ComfyUI give a run an id of their own. */
  function renamed(entered: TrackedRun, id: PromptId, request: RunRequest): TrackedRun {
    ledger.forget(entered);
    return ledger.get(id) ?? ledger.enter(id, request.prompt, request.title);
  }
}

function queueFull(openLimit: number): ComfyuiRefusal {
  const message = `There are ${openLimit} runs waiting already`;
  return new ComfyuiRefusal(429, { error: { type: 'queue_full', message } }, message);
}
