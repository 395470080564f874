import type { ComfyuiMessage, ExecutionError } from './messages.ts';
import type { OutputItem } from './run.ts';
import type { Milliseconds } from './state.ts';
import type { NodeId } from './workflow.ts';

/** What can happen to a run: what ComfyUI's socket says, and what the tracker finds out by asking. */
export type RunMessage =
  | Exclude<ComfyuiMessage, { type: 'status' }>
  /** A preview frame of it went by. */
  | { readonly type: 'preview' }
  /** /queue lists it as running: its first frames were missed, or went to another client. */
  | { readonly type: 'seen_running' }
  /** /queue names the output nodes that it is run for. */
  | { readonly type: 'targets'; readonly nodes: readonly NodeId[] }
  /** ComfyUI's socket was lost: what it said since then went to nobody. */
  | { readonly type: 'gap' }
  /** It was taken out of the queue before it began. */
  | { readonly type: 'removed' }
  /** ComfyUI does not know it any more, and never said how it ended. */
  | { readonly type: 'lost' }
  | HistoryVerdict;

/** How /history says that a run ended. */
export interface HistoryVerdict {
  readonly type: 'history';
  readonly outcome: 'completed' | 'cancelled' | { readonly error: ExecutionError };
  readonly cachedNodes: readonly NodeId[];
  readonly outputs: readonly {
    readonly node: NodeId;
    readonly displayNode: NodeId | null;
    readonly items: readonly OutputItem[];
  }[];
  /** By ComfyUI's clock. */
  readonly startedAt: Milliseconds | null;
  readonly endedAt: Milliseconds | null;
}
