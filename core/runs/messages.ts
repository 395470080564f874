import { z } from 'zod';
import { outputItems } from './outputs.ts';
import { parsePythonJson } from './python-json.ts';
import type { OutputItem, PromptId } from './run.ts';
import type { NodeId } from './workflow.ts';

/**
 * The text frames of ComfyUI's socket that say something about a run, in our own shape. `promptId` is null where
 * ComfyUI leaves it out: the `executing` after a reconnect means the run that is executing.
 */
export type ComfyuiMessage =
  | { readonly type: 'status'; readonly queueRemaining: number }
  | { readonly type: 'execution_start'; readonly promptId: PromptId }
  | { readonly type: 'execution_cached'; readonly promptId: PromptId; readonly nodes: readonly NodeId[] }
  | {
      readonly type: 'executing';
      readonly promptId: PromptId | null;
      /** null: nothing of the run executes any more. */
      readonly node: NodeId | null;
      readonly displayNode: NodeId | null;
    }
  | {
      readonly type: 'progress';
      readonly promptId: PromptId | null;
      readonly node: NodeId | null;
      readonly value: number;
      readonly max: number;
    }
  | { readonly type: 'progress_state'; readonly promptId: PromptId; readonly nodes: readonly NodeProgress[] }
  | {
      readonly type: 'executed';
      readonly promptId: PromptId;
      readonly node: NodeId;
      readonly displayNode: NodeId | null;
      readonly items: readonly OutputItem[];
    }
  | { readonly type: 'execution_success'; readonly promptId: PromptId }
  | ({ readonly type: 'execution_error'; readonly promptId: PromptId } & ExecutionError)
  | { readonly type: 'execution_interrupted'; readonly promptId: PromptId };

/** The ones that say how a run ended. */
export type EndMessage = Extract<
  ComfyuiMessage,
  { type: 'execution_success' | 'execution_error' | 'execution_interrupted' }
>;

export interface NodeProgress {
  readonly node: NodeId;
  readonly displayNode: NodeId | null;
  readonly state: 'pending' | 'running' | 'finished' | 'error';
  readonly value: number;
  readonly max: number;
}

export interface ExecutionError {
  readonly message: string;
  readonly exceptionType: string | null;
  readonly node: NodeId | null;
  readonly nodeType: string | null;
}

/** In characters. Twenty thousand nodes in one progress_state are half of it; JSON that is deep takes seconds to read. */
const LONGEST_FRAME = 8 * 1024 * 1024;

/** Some exceptions print a whole tensor. The beginning says what is wrong. */
const LONGEST_ERROR = 2000;

const Id = z.string().min(1).max(256);
const Nodes = z.array(Id).max(100_000);
const OptionalId = Id.nullish().transform((id) => id ?? null);
const Amount = z.number().nonnegative().max(Number.MAX_SAFE_INTEGER);
const Text = z.string().transform((text) => text.trim().slice(0, LONGEST_ERROR));
const Name = z
  .string()
  .nullish()
  .transform((name) => name?.slice(0, 256) ?? null);

const NodeProgressData = z.object({
  value: Amount,
  max: Amount,
  state: z.enum(['pending', 'running', 'finished', 'error']),
  display_node_id: OptionalId,
});

const ErrorData = z.object({
  exception_message: Text.catch(''),
  exception_type: Name.catch(null),
  node_id: OptionalId.catch(null),
  node_type: Name.catch(null),
});

/** Reads `data` of an execution_error, from the socket or from /history. It never fails: the run did. */
export function executionError(data: unknown): ExecutionError {
  const parsed = ErrorData.catch({
    exception_message: '',
    exception_type: null,
    node_id: null,
    node_type: null,
  }).parse(data);
  return {
    message: parsed.exception_message || parsed.exception_type || 'ComfyUI gave no reason',
    exceptionType: parsed.exception_type,
    node: parsed.node_id,
    nodeType: parsed.node_type,
  };
}

const OfRun = z.object({ prompt_id: Id });

const SCHEMAS: ReadonlyMap<string, z.ZodType<ComfyuiMessage>> = new Map(
  Object.entries<z.ZodType<ComfyuiMessage>>({
    status: z
      .object({ status: z.object({ exec_info: z.object({ queue_remaining: Amount }) }) })
      .transform(({ status }) => ({ type: 'status', queueRemaining: status.exec_info.queue_remaining })),
    execution_start: OfRun.transform((data) => ({ type: 'execution_start', promptId: data.prompt_id })),
    execution_cached: OfRun.extend({ nodes: Nodes }).transform((data) => ({
      type: 'execution_cached',
      promptId: data.prompt_id,
      nodes: data.nodes,
    })),
    executing: z
      .object({ prompt_id: OptionalId, node: Id.nullable(), display_node: OptionalId })
      .transform((data) => ({
        type: 'executing',
        promptId: data.prompt_id,
        node: data.node,
        displayNode: data.display_node,
      })),
    progress: z
      .object({ prompt_id: OptionalId, node: OptionalId, value: Amount, max: Amount })
      .transform((data) => ({
        type: 'progress',
        promptId: data.prompt_id,
        node: data.node,
        value: data.value,
        max: data.max,
      })),
    progress_state: OfRun.extend({ nodes: z.record(Id, NodeProgressData) }).transform((data) => ({
      type: 'progress_state',
      promptId: data.prompt_id,
      nodes: Object.entries(data.nodes).map(([node, { display_node_id, state, value, max }]) => ({
        node,
        displayNode: display_node_id,
        state,
        value,
        max,
      })),
    })),
    executed: OfRun.extend({ node: Id, display_node: OptionalId, output: z.unknown().optional() }).transform(
      (data) => ({
        type: 'executed',
        promptId: data.prompt_id,
        node: data.node,
        displayNode: data.display_node,
        items: outputItems(data.output),
      }),
    ),
    execution_success: OfRun.transform((data) => ({ type: 'execution_success', promptId: data.prompt_id })),
    execution_error: OfRun.loose().transform((data) => ({
      type: 'execution_error',
      promptId: data.prompt_id,
      ...executionError(data),
    })),
    execution_interrupted: OfRun.transform((data) => ({
      type: 'execution_interrupted',
      promptId: data.prompt_id,
    })),
  }),
);

/** Reads one text frame. Null for what says nothing about a run: custom nodes send any type, and any shape, of any length. */
export function parseMessage(text: string): ComfyuiMessage | null {
  if (text.length > LONGEST_FRAME) return null;
  const frame = parsePythonJson(text);
  if (typeof frame !== 'object' || frame === null || !('type' in frame) || !('data' in frame)) return null;
  if (typeof frame.type !== 'string') return null;
  return SCHEMAS.get(frame.type)?.safeParse(frame.data).data ?? null;
}
