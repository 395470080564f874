import type { NodeErrors } from './archive.ts';
import type { Pacer } from './pacer.ts';
import { toProgress } from './progress.ts';
import type { Preview, PromptId, RunProgress } from './run.ts';
import type { RunState } from './state.ts';

/** One connection to ComfyUI, ours or one that passes through. */
export interface Source {
  /** What its client calls itself to ComfyUI. */
  readonly clientId: string | null;
  /** Later ones have higher numbers; Studio's own is 0. */
  readonly number: number;
}

/** A run, and what the tracker must remember about it that viewers never see. */
export interface TrackedRun {
  state: RunState;
  readonly progressPacer: Pacer;
  readonly previewPacer: Pacer;
  /** The newest preview, until it is told. */
  preview: Preview | null;
  /** Its place in ComfyUI's queue: lower runs earlier. Infinite until ComfyUI said so. */
  number: number;
  /** Whether ComfyUI is known to have it. Until then nobody but its submitter may see it. */
  accepted: boolean;
  /** It was handed to ComfyUI, and no answer came, or Studio ended before it did: ComfyUI may have it, or not. */
  doubtful: boolean;
  nodeErrors: NodeErrors;
  /** Whether its frames come to our socket. */
  readonly ours: boolean;
  /** Whose it is at ComfyUI, which sends its frames there; null: not known, or nobody's. */
  clientId: string | null;
  /** The connection that its frames are taken from: several may carry the same ones, some of them late. */
  source: Source | null;
  cancelAsked: boolean;
  /** How many times in a row it was neither in the queue nor in the history. */
  misses: number;
  /** The connection to ComfyUI during which it was last known to wait in the queue. */
  waitedDuring: number | null;
}

/** The runs that are known: all the open ones, and the newest of those that are over. */
export interface RunTable {
  readonly open: ReadonlyMap<PromptId, TrackedRun>;
  get(id: PromptId): TrackedRun | undefined;
  /** The progress of a run, open or over, that ComfyUI is known to have taken. */
  progress(id: PromptId): RunProgress | undefined;
  isOver(id: PromptId): boolean;
  add(run: TrackedRun): void;
  /** Moves a run that is over to the others that are. */
  settle(run: TrackedRun): void;
  /** Puts one that ended in an earlier process to the others that are over: the oldest first. */
  addOver(run: RunProgress): void;
  forget(id: PromptId): void;
  list(): readonly RunProgress[];
}

/** Keeps at most `overLimit` runs that are over: the newest. */
export function createRunTable(overLimit: number): RunTable {
  const open = new Map<PromptId, TrackedRun>();
  const over = new Map<PromptId, RunProgress>();

  function addOver(run: RunProgress): void {
    over.set(run.prompt_id, run);
    if (over.size > overLimit) deleteOldest(over);
  }

  return {
    open,
    get: (id) => open.get(id),
    progress(id) {
      const run = open.get(id);
      return run?.accepted ? progressOf(run) : over.get(id);
    },
    isOver: (id) => over.has(id),
    add(run) {
      over.delete(run.state.id);
      open.set(run.state.id, run);
    },
    settle(run) {
      open.delete(run.state.id);
      addOver(progressOf(run));
    },
    addOver,
    forget(id) {
      open.delete(id);
      over.delete(id);
    },
    list() {
      const waiting = [...open.values()].filter((run) => run.accepted).sort(byPlace);
      return [...waiting.map(progressOf), ...[...over.values()].reverse()];
    },
  };
}

const progressOfState = new WeakMap<RunState, RunProgress>();

/** The run as viewers see it, made once per state. */
export function progressOf(run: TrackedRun): RunProgress {
  const known = progressOfState.get(run.state);
  if (known !== undefined) return known;
  const progress = toProgress(run.state);
  progressOfState.set(run.state, progress);
  return progress;
}

function byPlace(one: TrackedRun, other: TrackedRun): number {
  if (one.state.status !== other.state.status) return one.state.status === 'running' ? -1 : 1;
  // Two that have no number yet: Infinity less Infinity is no order.
  return one.number === other.number ? 0 : one.number - other.number;
}

/** A Map iterates in the order of insertion, so the first is the oldest. */
function deleteOldest(over: Map<PromptId, RunProgress>): void {
  const oldest = over.keys().next();
  if (!oldest.done) over.delete(oldest.value);
}
