import type { Comfyui } from './comfyui.ts';
import { promptFrom, type QueueItem } from './comfyui-answers.ts';
import type { Ledger } from './ledger.ts';
import type { PromptId, Starter } from './run.ts';
import type { TrackedRun } from './run-table.ts';
import { isOver } from './state.ts';

/** ComfyUI's socket, as far as it bears on what its HTTP answers mean. */
export interface Link {
  readonly connected: boolean;
  /** Counts the connections, so that what was seen before a restart is not taken for news. */
  readonly connection: number;
  /** When the latest frame came, by performance.now(). */
  readonly heardAt: number;
}

export interface ReconcileOptions {
  readonly comfyui: Pick<Comfyui, 'queue' | 'history' | 'pastRun'>;
  readonly ledger: Ledger;
  readonly link: Link;
  readonly openLimit: number;
  /** Who is known to have queued runs with this client id. */
  starterOf(clientId: string | null): Starter;
  /** Runs that were spoken of, and that nobody knows: they may be over before /queue is asked. */
  heardOf(): readonly PromptId[];
  /** A run that somebody else queued is known from now on. */
  onAdopted(run: TrackedRun): void;
  /** A run ended, and for a whole round the socket said nothing: ComfyUI has another one down as ours. */
  onDeaf(): void;
}

/** How many runs /history is asked about at the same time. */
const ASKED_AT_ONCE = 8;

/** How many rounds in a row ComfyUI must not know a run: one may fall in between two of ComfyUI's own steps. */
const MISSES_UNTIL_LOST = 2;

/**
 * One round of asking ComfyUI what is true: /queue first, then /history for each open run that is not in it. In this
 * order, since ComfyUI moves a run from one to the other in one go. Resolves to the run that executes.
 * Throws as Comfyui does, and then nothing is concluded from what could not be asked.
 */
export function createReconcile(options: ReconcileOptions): () => Promise<PromptId | null> {
  const { comfyui, ledger, link, openLimit, starterOf, heardOf, onAdopted, onDeaf } = options;
  let previousRoundAt = Number.NEGATIVE_INFINITY;

  function sighted(item: QueueItem, isRunning: boolean): void {
    // It ended while the answer was on its way.
    if (ledger.isOver(item.promptId)) return;
    const known = ledger.get(item.promptId);
    const run = known ?? adopt(item);
    if (run === null) return;
    run.number = item.number;
    run.clientId = item.clientId;
    run.misses = 0;
    run.waitedDuring = isRunning ? null : link.connection;
    ledger.accept(run);
    ledger.advance(run, { type: 'targets', nodes: item.targets });
    if (known === undefined) onAdopted(run);
    if (isRunning && run.state.status === 'queued') ledger.advance(run, { type: 'seen_running' });
  }

  /** A run that somebody else queued. */
  function adopt(item: QueueItem): TrackedRun | null {
    if (ledger.open.size >= openLimit) return null;
    return ledger.adopt(item.promptId, promptFrom(item.prompt), { startedBy: starterOf(item.clientId) });
  }

  /** Takes up a run that was heard of, and was over before the queue was asked. */
  async function lookBack(id: PromptId): Promise<void> {
    const past = await comfyui.pastRun(id);
    if (past === null || ledger.isOver(id) || ledger.get(id) !== undefined) return;
    const run = adopt(past.item);
    if (run === null) return;
    ledger.accept(run);
    ledger.advance(run, past.verdict);
  }

  /** Ends a run that is not in the queue any more, by what /history says of it. */
  async function settle(run: TrackedRun, sinceRound: number): Promise<void> {
    const verdict = await comfyui.history(run.state.id);
    if (isOver(run.state.status)) return;
    if (verdict !== null) {
      ledger.accept(run);
      ledger.advance(run, verdict);
      if (run.ours && link.connected && link.heardAt < sinceRound) onDeaf();
      return;
    }
    run.misses += 1;
    if (run.misses < MISSES_UNTIL_LOST) return;
    if (run.doubtful) return ledger.forget(run);
    ledger.advance(run, { type: run.cancelAsked || wasDeleted(run, link) ? 'removed' : 'lost' });
  }

  return async () => {
    const sinceRound = previousRoundAt;
    previousRoundAt = performance.now();
    // Taken before the queue is: a run that is submitted meanwhile may not stand in it.
    const asked = [...ledger.open.values()].filter((run) => run.accepted || run.doubtful);
    const queue = await comfyui.queue((id) => ledger.get(id) !== undefined || ledger.isOver(id));
    for (const item of queue.pending) sighted(item, false);
    for (const item of queue.running) sighted(item, true);

    const queued = new Set([...queue.running, ...queue.pending].map((item) => item.promptId));
    const gone = asked.filter((run) => !queued.has(run.state.id) && !isOver(run.state.status));
    const failures: unknown[] = [];
    for (let at = 0; at < gone.length; at += ASKED_AT_ONCE) {
      const some = gone.slice(at, at + ASKED_AT_ONCE);
      const failed = (await Promise.allSettled(some.map((run) => settle(run, sinceRound)))).filter(isFailure);
      failures.push(...failed.map(({ reason }) => reason));
      // One run of which ComfyUI gives no account keeps no other waiting; when there is no answer at all, ComfyUI is away.
      if (failed.length === some.length) break;
    }
    if (failures.length > 0) throw failures[0];
    const unknown = heardOf().filter((id) => ledger.get(id) === undefined && !ledger.isOver(id));
    await Promise.all(unknown.map(lookBack));
    return queue.running[0]?.promptId ?? null;
  };
}

function isFailure(outcome: PromiseSettledResult<void>): outcome is PromiseRejectedResult {
  return outcome.status === 'rejected';
}

/** Under one and the same connection, nothing but a deletion takes a run that waits out of the queue. */
function wasDeleted(run: TrackedRun, link: Link): boolean {
  return run.state.status === 'queued' && link.connected && run.waitedDuring === link.connection;
}
