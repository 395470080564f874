import type { EventLog, NewEvent } from '../events/event-log.ts';
import { endedEvent, queuedEvent, startedEvent } from './job-events.ts';
import type { RunsLog } from './log.ts';
import { createPacer } from './pacer.ts';
import { type RunMessage, reduce } from './reduce.ts';
import type { Preview, Prompt, PromptId, RunProgress } from './run.ts';
import { createRunTable, progressOf, type TrackedRun } from './run-table.ts';
import type { RunWatcher } from './runs.ts';
import { queuedRun } from './state.ts';

export interface LedgerOptions {
  readonly events: EventLog;
  readonly log: RunsLog;
  /** At most one progress per run in this many milliseconds. */
  readonly progressIntervalMs: number;
  /** How many runs that are over are kept. */
  readonly overLimit: number;
}

/** The runs that are known, and the telling of what becomes of them: to watchers, and to the event log. */
export interface Ledger {
  readonly open: ReadonlyMap<PromptId, TrackedRun>;
  get(id: PromptId): TrackedRun | undefined;
  list(): readonly RunProgress[];
  /** Notes a run; nothing is told of it until it is accepted. `ours`: its frames come to our socket. */
  enter(id: PromptId, prompt: Prompt, ours: boolean): TrackedRun;
  /** ComfyUI is known to have the run. */
  accept(run: TrackedRun): void;
  advance(run: TrackedRun, message: RunMessage): void;
  /** A preview of an open run went by. No progress is told for it: the frames around it say more. */
  preview(run: TrackedRun, frame: Pick<Preview, 'node_id' | 'mime' | 'image'>): void;
  forget(run: TrackedRun): void;
  record(event: NewEvent): void;
  watch(watcher: RunWatcher): () => void;
  close(): void;
}

export function createLedger({ events, log, progressIntervalMs, overLimit }: LedgerOptions): Ledger {
  const table = createRunTable(overLimit);
  const watchers = new Set<RunWatcher>();

  function tell(call: (watcher: RunWatcher) => void): void {
    for (const watcher of watchers) {
      try {
        call(watcher);
      } catch (error) {
        log.error({ err: error }, 'A watcher of runs failed');
      }
    }
  }

  function tellProgress(run: TrackedRun): void {
    if (watchers.size === 0) return;
    const progress = progressOf(run);
    tell((watcher) => watcher.progress?.(progress));
  }

  function record(event: NewEvent): void {
    try {
      events.append(event);
    } catch (error) {
      log.error({ err: error, event: event.type }, 'An event could not be kept');
    }
  }

  return {
    open: table.open,
    get: table.get,
    list: table.list,
    record,

    enter(id, prompt, ours) {
      const run: TrackedRun = {
        state: queuedRun(id, prompt, Date.now()),
        pacer: createPacer(progressIntervalMs, () => tellProgress(run)),
        number: Number.POSITIVE_INFINITY,
        accepted: false,
        ours,
        cancelAsked: false,
        misses: 0,
        waitedDuring: null,
      };
      table.add(run);
      return run;
    },

    accept(run) {
      if (run.accepted) return;
      run.accepted = true;
      record(queuedEvent(run.state));
      run.pacer.changed();
    },

    advance(run, message) {
      const before = run.state;
      run.state = reduce(before, message, Date.now());
      if (run.state === before) return;
      if (before.startedAt === null && run.state.startedAt !== null) record(startedEvent(run.state));
      const ended = endedEvent(run.state);
      if (ended === null) {
        run.pacer.changed();
        return;
      }
      table.settle(run);
      run.pacer.last();
      record(ended);
    },

    preview(run, { node_id, mime, image }) {
      run.state = reduce(run.state, { type: 'preview' }, Date.now());
      const preview: Preview = {
        prompt_id: run.state.id,
        node_id: node_id ?? run.state.shown,
        mime,
        seq: run.state.previewSeq,
        image,
      };
      tell((watcher) => watcher.preview?.(preview));
    },

    forget(run) {
      run.pacer.stop();
      table.forget(run);
    },

    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },

    close() {
      watchers.clear();
      for (const run of table.open.values()) run.pacer.stop();
    },
  };
}
