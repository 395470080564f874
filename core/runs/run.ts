/** ComfyUI's name for a run: a UUID when Studio made it, any short string when somebody else did. */
export type PromptId = string;

/** A run is open (queued, running) or over (the rest); one that is over stays what it is. */
export const RUN_STATUSES = ['queued', 'running', 'completed', 'error', 'cancelled', 'stalled'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** Who queued it: Studio's own API and pages, the graph editor behind the gate, or somebody straight at ComfyUI. */
export type Starter = 'studio' | 'editor' | 'other';

/** One node of an API-format workflow. An input is a value or a link `[node id, output index]`. */
export interface PromptNode {
  readonly class_type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly _meta?: { readonly title?: string | undefined } | undefined;
}

/** An API-format workflow: node id -> node. */
export type Prompt = Readonly<Record<string, PromptNode>>;

export interface OutputItem {
  readonly filename: string;
  readonly subfolder: string;
  /** ComfyUI's folder: output, temp or input. */
  readonly type: string;
  readonly media: 'image' | 'video' | 'audio' | 'file';
}

export interface NodeOutput {
  readonly node_title: string;
  readonly node_type: string;
  readonly items: readonly OutputItem[];
}

export interface RunError {
  readonly message: string;
  readonly exception_type: string | null;
  readonly node_id: string | null;
  readonly node_type: string | null;
}

/** A run as viewers see it: the progress frame of /api/run/ws and the reply of /api/run/status/{prompt_id}. */
export interface RunProgress {
  readonly prompt_id: PromptId;
  /** What a person knows it by: what its submitter called it, else the beginning of its text prompt, else ''. */
  readonly title: string;
  readonly started_by: Starter;
  readonly status: RunStatus;
  readonly node_id: string | null;
  /** The prompt's `_meta.title`, else the class type. */
  readonly node_title: string | null;
  readonly node_type: string | null;
  readonly step: number;
  readonly total_steps: number;
  readonly nodes_done: number;
  readonly total_nodes: number;
  /** total_nodes less cached and instant ones. */
  readonly effective_total: number;
  readonly cached_count: number;
  /** 0 to 99 while open, 100 when completed; it never falls. */
  readonly percent: number;
  /** Seconds that are left by the latest steps; null when not known. */
  readonly eta_seconds: number | null;
  /** Steps per second over the last 10 steps; null when not known. */
  readonly step_rate: number | null;
  /** Counts the run's preview frames. */
  readonly preview_seq: number;
  readonly node_outputs: Readonly<Record<string, NodeOutput>>;
  readonly error: RunError | null;
  /** ISO 8601, UTC; null while it has not happened. */
  readonly queued_at: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
}

/** What became of a node of the workflow, and how long that took. */
export interface NodeTiming {
  readonly node_id: string;
  /** stopped: the run ended before it did. */
  readonly state: 'running' | 'finished' | 'cached' | 'failed' | 'stopped';
  /** ISO 8601, UTC; null when it was not seen to begin. */
  readonly started_at: string | null;
  /** From its beginning to its end, the nodes that it expanded to included; null when either was not seen, or is to come. */
  readonly seconds: number | null;
}

/** One preview frame of a running node. */
export interface Preview {
  readonly prompt_id: PromptId;
  readonly node_id: string | null;
  readonly mime: 'image/jpeg' | 'image/png';
  /** Counts up from 1 within a run. */
  readonly seq: number;
  readonly image: Uint8Array;
}
