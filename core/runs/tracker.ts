import { randomUUID } from 'node:crypto';
import type { EventLog } from '../events/event-log.ts';
import { type ComfyuiOptions, createComfyui } from './comfyui.ts';
import { createInquiry } from './inquiry.ts';
import { createLedger } from './ledger.ts';
import type { RunsLog } from './log.ts';
import { type ComfyuiMessage, parseMessage } from './messages.ts';
import { parsePreview } from './preview-frame.ts';
import { createReconcile } from './reconcile.ts';
import type { PromptId } from './run.ts';
import { progressOf, type TrackedRun } from './run-table.ts';
import { ComfyuiRefusal, type RunAccepted, type RunRequest, type Runs } from './runs.ts';
import { isOver } from './state.ts';
import { openUpstream, type UpstreamTiming } from './upstream.ts';

export interface TrackerOptions {
  /** ComfyUI's base address, http or https; it may have a path. */
  readonly comfyuiUrl: string;
  /** The value for Authorization, where ComfyUI has a lock of its own. */
  readonly authorization?: string | null;
  readonly events: EventLog;
  readonly log: RunsLog;
  /** At most one progress per run in this many milliseconds; default 150. */
  readonly progressIntervalMs?: number;
  /** How often ComfyUI is asked while a run is open, in milliseconds; default 3,000. */
  readonly inquiryIntervalMs?: number;
  /** How many runs that are over are kept; default 200. */
  readonly overLimit?: number;
  /** How many open runs there may be; default 10,000. */
  readonly openLimit?: number;
  readonly comfyui?: ComfyuiOptions;
  readonly upstream?: Partial<UpstreamTiming>;
}

/**
 * Follows the runs of one ComfyUI. Its socket is for liveness, /queue and /history are the truth: they are asked after
 * every reconnect, and every few seconds while a run is open. So a run always ends, whatever was missed.
 */
export function createTracker(options: TrackerOptions): Runs {
  const { comfyuiUrl, events, log, openLimit = 10_000 } = options;
  const { progressIntervalMs = 150, inquiryIntervalMs = 3000, overLimit = 200 } = options;
  // One for the life of the process: ComfyUI sends a run's frames to the client id that it was submitted under.
  const clientId = randomUUID();
  const { authorization = null } = options;
  const comfyui = createComfyui(comfyuiUrl, { ...options.comfyui, authorization });
  const ledger = createLedger({ events, log, progressIntervalMs, overLimit });
  const link = { connected: false, connection: 0, heardAt: Number.NEGATIVE_INFINITY };
  let outageTold = false;
  /** The run that executes, by the latest frame or /queue: frames that name no run are its. It need not be known. */
  let executing: PromptId | null = null;

  const reconcile = createReconcile({
    comfyui,
    ledger,
    link,
    openLimit,
    onDeaf: () => upstream.redial('it fell silent'),
  });
  const inquiry = createInquiry({
    async ask() {
      const running = await reconcile();
      executing ??= running;
    },
    wanted: () => ledger.open.size > 0,
    intervalMs: inquiryIntervalMs,
    log,
  });
  const upstream = openUpstream({
    comfyuiUrl,
    authorization,
    clientId,
    log,
    ...(options.upstream && { timing: options.upstream }),
    onOpen: connected,
    onClose: disconnected,
    onText: readText,
    onBinary: readPreview,
  });

  function connected(): void {
    link.connected = true;
    link.connection += 1;
    outageTold = false;
    ledger.record({ type: 'comfyui.connected', severity: 'success', message: 'ComfyUI is connected' });
    inquiry.now();
  }

  function disconnected(reason: string): void {
    link.connected = false;
    executing = null;
    if (outageTold) return;
    outageTold = true;
    const message = `ComfyUI is not connected: ${reason}`;
    ledger.record({ type: 'comfyui.disconnected', severity: 'warning', message, data: { reason } });
  }

  function readText(text: string): void {
    link.heardAt = performance.now();
    const message = parseMessage(text);
    if (message === null) return;
    if (message.type === 'status') {
      // Not what we know of: somebody else queued a run, or took one out.
      if (message.queueRemaining !== ledger.open.size) inquiry.soon();
      return;
    }
    const id = message.promptId ?? executing;
    executing = executingAfter(message, id);
    const run = id === null ? undefined : ledger.get(id);
    if (run !== undefined) readRunMessage(run, message);
    else if (id !== null) inquiry.soon();
  }

  function readRunMessage(run: TrackedRun, message: RunFrame): void {
    ledger.accept(run);
    ledger.advance(run, message);
    // Nothing of it executes any more, and how it ended was told to nobody.
    if (message.type === 'executing' && message.node === null && !isOver(run.state.status)) inquiry.now();
  }

  function readPreview(frame: Uint8Array): void {
    link.heardAt = performance.now();
    const preview = parsePreview(frame);
    if (preview === null) return;
    const { promptId, node: node_id, mime, image } = preview;
    const run = ledger.open.get(promptId ?? executing ?? '');
    if (run !== undefined) ledger.preview(run, { node_id, mime, image });
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
      const entered = ledger.enter(randomUUID(), request.prompt, true);
      let answer: RunAccepted;
      try {
        answer = await comfyui.submit({ ...request, promptId: entered.state.id, clientId });
      } catch (error) {
        if (!entered.accepted) ledger.forget(entered);
        throw error;
      }
      const run =
        answer.prompt_id === entered.state.id ? entered : renamed(entered, answer.prompt_id, request);
      run.number = answer.number;
      if (run.state.status === 'queued') run.waitedDuring = link.connection;
      ledger.accept(run);
      inquiry.soon();
      return answer;
    },

    get(id) {
      const run = ledger.get(id);
      return run?.accepted ? progressOf(run) : undefined;
    },

    list: ledger.list,

    async cancel(id) {
      const run = ledger.open.get(id);
      if (!run?.accepted) return false;
      run.cancelAsked = true;
      if (run.state.status === 'running') await comfyui.interrupt(id);
      else await cancelQueued(run);
      inquiry.soon();
      return true;
    },

    watch: ledger.watch,

    close() {
      inquiry.close();
      upstream.close();
      comfyui.close();
      ledger.close();
    },
  };

  /** Older versions of ComfyUI give a run an id of their own. */
  function renamed(entered: TrackedRun, id: PromptId, request: RunRequest): TrackedRun {
    ledger.forget(entered);
    return ledger.get(id) ?? ledger.enter(id, request.prompt, true);
  }
}

type RunFrame = Exclude<ComfyuiMessage, { type: 'status' }>;

/** The run that executes after `message`, which is about the run `id`. */
function executingAfter(message: RunFrame, id: PromptId | null): PromptId | null {
  switch (message.type) {
    case 'execution_success':
    case 'execution_error':
    case 'execution_interrupted':
      return null;
    case 'executing':
      return message.node === null ? null : id;
    default:
      return id;
  }
}

function queueFull(openLimit: number): ComfyuiRefusal {
  const message = `There are ${openLimit} runs waiting already`;
  return new ComfyuiRefusal(429, { error: { type: 'queue_full', message } }, message);
}
