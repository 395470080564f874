import type { EventLog, NewEvent } from '../events/event-log.ts';
import { StorageUnwritable } from '../storage/storage.ts';
import type { RunArchive, RunRecord } from './archive.ts';
import { endedEvent, queuedEvent, startedEvent } from './job-events.ts';
import type { RunsLog } from './log.ts';
import { timingsOf } from './node-timing.ts';
import { createPacer } from './pacer.ts';
import { type RunMessage, reduce } from './reduce.ts';
import { restoredRun } from './restored-run.ts';
import type { Preview, Prompt, PromptId, RunProgress } from './run.ts';
import { createRunTable, progressOf, type TrackedRun } from './run-table.ts';
import type { RunWatcher } from './runs.ts';
import { isOver, type Origin, queuedRun, type RunState } from './state.ts';

export interface LedgerOptions {
  readonly archive: RunArchive;
  readonly events: EventLog;
  readonly log: RunsLog;
  /** At most one progress per run in this many milliseconds. */
  readonly progressIntervalMs: number;
  /** At most one preview per run in this many milliseconds. */
  readonly previewIntervalMs: number;
  /** How many runs that are over are kept at hand; the archive has the others. */
  readonly overLimit: number;
}

/** The runs that are known: what becomes of them is kept in the archive, and told to watchers and to the event log. */
export interface Ledger {
  readonly open: ReadonlyMap<PromptId, TrackedRun>;
  /** An open run. */
  get(id: PromptId): TrackedRun | undefined;
  isOver(id: PromptId): boolean;
  /** What viewers may know of a run, open or over. */
  progress(id: PromptId): RunProgress | undefined;
  list(): readonly RunProgress[];
  /**
   * Notes a run that ComfyUI is going to be asked to take; nobody is told of it until it is accepted.
   * Throws StorageUnwritable: a run that could be lost is not begun.
   */
  enter(id: PromptId, prompt: Prompt, title: string | undefined): TrackedRun;
  /** Notes a run that somebody else has queued. */
  adopt(id: PromptId, prompt: Prompt, origin: Origin): TrackedRun;
  /** ComfyUI is known to have the run. */
  accept(run: TrackedRun): void;
  advance(run: TrackedRun, message: RunMessage): void;
  /** A preview of an open run went by. No progress is told for it: the frames around it say more. */
  preview(run: TrackedRun, frame: Pick<Preview, 'node_id' | 'mime' | 'image'>): void;
  /** ComfyUI never took it. */
  forget(run: TrackedRun): void;
  /** Deletes runs that are over; resolves to their ids. 'all' of them, or those that are named. */
  erase(ids: readonly PromptId[] | 'all'): readonly PromptId[];
  record(event: NewEvent): void;
  watch(watcher: RunWatcher): () => void;
  /**
   * Another process writes to the archive from now on, until `resume`: what becomes of runs is neither kept nor told here, and
   * what is known of them is read from there. Runs can still be entered and accepted.
   */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Takes up what an earlier process left open in the archive. */
export function createLedger(options: LedgerOptions): Ledger {
  const { archive, events, log, overLimit } = options;
  const table = createRunTable(overLimit);
  const watchers = new Set<RunWatcher>();
  /** Runs of which the last that happened could not be written, for want of room. */
  const unsaved = new Set<TrackedRun>();
  let paused = false;

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
    if (paused) return;
    // Written first: after a crash nobody shall see percent fall below what they were told.
    if (run.accepted && !isOver(run.state.status)) keep(run, []);
    const progress = progressOf(run);
    tell((watcher) => watcher.progress?.(progress));
  }

  function tellPreview(run: TrackedRun): void {
    const { preview } = run;
    run.preview = null;
    if (preview !== null) tell((watcher) => watcher.preview?.(preview));
  }

  function record(event: NewEvent): void {
    try {
      events.append(event);
    } catch (error) {
      log.error({ err: error, event: event.type }, 'An event could not be kept');
    }
  }

  /** Writes the run as it is now and what is to be told of it, whole or not at all: so no crash can tell it twice. */
  function keep(run: TrackedRun, happened: readonly NewEvent[]): void {
    try {
      archive.together(() => {
        save(run);
        for (const event of happened) events.append(event);
      });
    } catch (error) {
      if (!(error instanceof StorageUnwritable)) log.error({ err: error }, 'A run could not be kept');
      unsaved.add(run);
      for (const event of happened) record(event);
      return;
    }
    unsaved.delete(run);
    if (unsaved.size > 0) saveTheOthers();
  }

  /** There is room again. */
  function saveTheOthers(): void {
    for (const run of unsaved) {
      try {
        archive.together(() => save(run));
        unsaved.delete(run);
      } catch {
        return;
      }
    }
  }

  function save(run: TrackedRun): void {
    // First, since with the run's end it is found out what all of it takes.
    archive.saveTimings(run.state.id, timingsOf(run.state));
    archive.save({ run: progressOf(run), accepted: run.accepted, nodeErrors: run.nodeErrors });
  }

  function keepOpenRuns(): void {
    for (const run of table.open.values()) if (run.accepted) keep(run, []);
  }

  function track(state: RunState, rest: Pick<TrackedRun, 'ours' | 'accepted' | 'doubtful'>): TrackedRun {
    const run: TrackedRun = {
      state,
      progressPacer: createPacer(options.progressIntervalMs, () => tellProgress(run)),
      previewPacer: createPacer(options.previewIntervalMs, () => tellPreview(run)),
      preview: null,
      number: Number.POSITIVE_INFINITY,
      nodeErrors: {},
      clientId: null,
      source: null,
      cancelAsked: false,
      misses: 0,
      waitedDuring: null,
      ...rest,
    };
    table.add(run);
    return run;
  }

  for (const run of archive.list({ limit: overLimit, statuses: OVER }).runs.toReversed()) table.addOver(run);
  for (const record of archive.open()) takeUp(record);

  /** A run that another process began. */
  function takeUp({
    run,
    accepted,
    prompt,
    nodeErrors,
  }: RunRecord & { readonly prompt: Prompt }): TrackedRun {
    const ours = run.started_by === 'studio';
    const state = restoredRun(run, prompt, archive.timingsOf(run.prompt_id));
    const taken = track(state, { ours, accepted, doubtful: !accepted });
    taken.nodeErrors = nodeErrors;
    return taken;
  }

  return {
    open: table.open,
    get: table.get,
    isOver: table.isOver,
    progress: (id) => (paused ? undefined : table.progress(id)) ?? acceptedRun(archive, id),
    list: () => (paused ? keptRuns(archive, overLimit) : table.list()),
    record,

    enter(id, prompt, title) {
      const state = queuedRun(id, prompt, Date.now(), { startedBy: 'studio', title });
      const run = track(state, { ours: true, accepted: false, doubtful: false });
      try {
        archive.begin(progressOf(run), prompt);
      } catch (error) {
        table.forget(id);
        throw error;
      }
      return run;
    },

    adopt(id, prompt, origin) {
      const record = archive.get(id);
      // Not somebody else's after all: the process before this one queued it in its last moments.
      if (record !== undefined && !isOver(record.run.status)) return takeUp({ ...record, prompt });
      const state = queuedRun(id, prompt, Date.now(), origin);
      const run = track(state, { ours: false, accepted: false, doubtful: false });
      try {
        archive.begin(progressOf(run), prompt);
      } catch (error) {
        // It runs all the same, and is shown for as long as this process lives.
        log.warn({ err: error, prompt_id: id }, 'A run could not be kept');
      }
      return run;
    },

    accept(run) {
      if (run.accepted) return;
      run.accepted = true;
      run.doubtful = false;
      // Another process saw it in ComfyUI's queue, and told it, before the answer to its submission came here.
      if (archive.get(run.state.id)?.accepted) return;
      keep(run, [queuedEvent(run.state)]);
      run.progressPacer.changed();
    },

    advance(run, message) {
      if (paused) return;
      const before = run.state;
      run.state = reduce(before, message, Date.now());
      if (run.state === before) return;
      const happened: NewEvent[] = [];
      if (before.startedAt === null && run.state.startedAt !== null) happened.push(startedEvent(run.state));
      const ended = endedEvent(run.state);
      if (ended === null) {
        if (happened.length > 0) keep(run, happened);
        run.progressPacer.changed();
        return;
      }
      table.settle(run);
      run.previewPacer.stop();
      tellPreview(run);
      run.progressPacer.last();
      keep(run, [...happened, ended]);
    },

    preview(run, { node_id, mime, image }) {
      if (paused) return;
      run.state = reduce(run.state, { type: 'preview' }, Date.now());
      run.preview = {
        prompt_id: run.state.id,
        node_id: node_id ?? run.state.shown,
        mime,
        seq: run.state.previewSeq,
        image,
      };
      run.previewPacer.changed();
    },

    forget(run) {
      run.progressPacer.stop();
      run.previewPacer.stop();
      table.forget(run.state.id);
      unsaved.delete(run);
      try {
        archive.drop(run.state.id);
      } catch (error) {
        // At the next start ComfyUI is asked about it, and then it is forgotten.
        log.debug({ err: error }, 'A run that never was could not be deleted');
      }
    },

    erase(ids) {
      const erased = ids === 'all' ? archive.deleteAll() : archive.delete(ids);
      for (const id of erased) table.forget(id);
      return erased;
    },

    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },

    pause() {
      keepOpenRuns();
      paused = true;
    },
    resume() {
      paused = false;
    },

    close() {
      watchers.clear();
      if (!paused) keepOpenRuns();
      for (const run of table.open.values()) {
        run.progressPacer.stop();
        run.previewPacer.stop();
      }
    },
  };
}

const OVER = ['completed', 'error', 'cancelled', 'stalled'] as const;

/** The same as the table's: the open runs first, then the others, newest first. */
function keptRuns(archive: RunArchive, overLimit: number): readonly RunProgress[] {
  const open = archive.open().filter(({ accepted }) => accepted);
  return [...open.map(({ run }) => run), ...archive.list({ limit: overLimit, statuses: OVER }).runs];
}

function acceptedRun(archive: RunArchive, id: PromptId): RunProgress | undefined {
  const record = archive.get(id);
  return record?.accepted ? record.run : undefined;
}
