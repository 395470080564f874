import type { NodeTiming, Prompt, PromptId, RunProgress, RunStatus } from './run.ts';

/** A run as it is kept. */
export interface RunRecord {
  readonly run: RunProgress;
  /** Whether ComfyUI is known to have taken it. */
  readonly accepted: boolean;
  /** What ComfyUI held against some of its nodes when it took the rest. */
  readonly nodeErrors: NodeErrors;
}

export type NodeErrors = Readonly<Record<string, unknown>>;

export interface HistoryQuery {
  /** How many at the most. */
  readonly limit: number;
  /** Only runs below this number: the `next` of the page before. */
  readonly before?: number | undefined;
  readonly statuses?: readonly RunStatus[] | undefined;
  /** Only runs that were queued at this time or later, in Unix milliseconds. */
  readonly since?: number | undefined;
  /** Only runs that were queued before this time, in Unix milliseconds. */
  readonly until?: number | undefined;
}

export interface HistoryPage {
  /** Newest first. */
  readonly runs: readonly RunProgress[];
  /** Where the next page begins; null when this is the last. */
  readonly next: number | null;
}

/**
 * Every run that is not forgotten yet, open ones included, with its workflow. What came with a workflow for other services
 * (extra_data: keys, logins) is never in it. The writing calls throw StorageUnwritable.
 */
export interface RunArchive {
  /** A run that is about to be handed to ComfyUI, or was seen there. An older one with the same id is forgotten. */
  begin(run: RunProgress, prompt: Prompt): void;
  save(record: RunRecord): void;
  /** How long its nodes took, as far as it is known by now. */
  saveTimings(id: PromptId, timings: readonly NodeTiming[]): void;
  /** It never was one: ComfyUI did not take it. */
  drop(id: PromptId): void;
  /** What is written in `work`, here and in the event log beside, is kept whole or not at all. */
  together(work: () => void): void;

  /** The runs that are not over, oldest first, with their workflows. */
  open(): readonly (RunRecord & { readonly prompt: Prompt })[];
  get(id: PromptId): RunRecord | undefined;
  promptOf(id: PromptId): Prompt | undefined;
  /** Empty when the run is not known, or nothing was seen of its nodes. */
  timingsOf(id: PromptId): readonly NodeTiming[];
  /** Runs that ComfyUI took. */
  list(query: HistoryQuery): HistoryPage;
  /** Deletes those of the runs that are over, and says which. */
  delete(ids: readonly PromptId[]): readonly PromptId[];
  /** The same for all runs that are over. */
  deleteAll(): readonly PromptId[];
}
