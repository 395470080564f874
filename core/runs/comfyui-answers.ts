import { z } from 'zod';
import { executionError } from './messages.ts';
import { outputItems } from './outputs.ts';
import type { HistoryVerdict } from './reduce.ts';
import type { Prompt, PromptId } from './run.ts';
import type { RunAccepted } from './runs.ts';
import type { NodeId } from './workflow.ts';

export interface QueueItem {
  readonly promptId: PromptId;
  /** Lower runs earlier; `front` makes it negative. */
  readonly number: number;
  /** Not read yet: a queue can hold megabytes of prompts, and most are known already. See `promptFrom`. */
  readonly prompt: unknown;
  /** The output nodes that it is run for. */
  readonly targets: readonly NodeId[];
  /** The socket that gets its frames; null: they go to all, as far as they are told at all. */
  readonly clientId: string | null;
}

/** What ComfyUI runs and what it is going to run, in that order. */
export interface Queue {
  readonly running: readonly QueueItem[];
  readonly pending: readonly QueueItem[];
}

/** Half a character, which JSON can carry, has no place in a path (ECMA-262, encodeURIComponent). */
const Id = z
  .string()
  .min(1)
  .max(256)
  .regex(/^\P{Cs}*$/u);
const Targets = z.array(Id).max(10_000).catch([]);

/** POST /prompt. */
export const Accepted: z.ZodType<RunAccepted> = z.object({
  prompt_id: Id,
  number: z.number(),
  node_errors: z.record(z.string(), z.unknown()).catch({}),
});

const PromptData: z.ZodType<Prompt> = z.record(
  z.string(),
  z.object({
    class_type: z.string(),
    inputs: z.record(z.string(), z.unknown()).catch({}),
    _meta: z
      .object({ title: z.string().optional().catch(undefined) })
      .optional()
      .catch(undefined),
  }),
);

/** The prompt of a queue item; empty when it is none. */
export function promptFrom(prompt: unknown): Prompt {
  return PromptData.safeParse(prompt).data ?? {};
}

/** Whoever queues a run may choose it, NaN and Infinity too, which JSON has not. */
const Place = z.number().catch(Number.MAX_VALUE);

const ExtraData = z.object({ client_id: Id }).transform(({ client_id }) => client_id);

/**
 * `[number, prompt_id, prompt, extra_data, outputs, ...]`. extra_data may hold keys of other services: all of it stays
 * behind but the client's id.
 */
const Item = z
  .tuple([Place, Id, z.unknown()], z.unknown())
  .transform(([number, promptId, prompt, extraData, outputs]): QueueItem => {
    const clientId = ExtraData.safeParse(extraData).data ?? null;
    return { number, promptId, prompt, targets: Targets.parse(outputs), clientId };
  });

/** What is not understood is left out: anybody can queue a run under any id, and it must not hide the others. */
const Items = z
  .array(Item.nullable().catch(null))
  .transform((items) => items.filter((item) => item !== null));

/** GET /queue. */
export const QueueAnswer: z.ZodType<Queue> = z
  .object({ queue_running: Items, queue_pending: Items })
  .transform(({ queue_running, queue_pending }) => ({
    running: queue_running,
    pending: queue_pending.sort((one, other) => one.number - other.number),
  }));

const StatusMessage = z.tuple([
  z.string(),
  z.looseObject({ timestamp: z.number().optional().catch(undefined) }),
]);

const HistoryEntry = z.object({
  status: z
    .object({ status_str: z.string(), messages: z.array(StatusMessage.nullable().catch(null)).catch([]) })
    .nullish(),
  outputs: z.record(z.string(), z.unknown()).catch({}),
  meta: z.record(z.string(), z.object({ display_node: z.string().nullish() }).catch({})).catch({}),
});

/** GET /history/{id}: empty while the run is not over. */
export const HistoryAnswer = z.record(z.string(), HistoryEntry.transform(verdictOf));

/** The same, for a run that was never seen in the queue. */
export const PastRunAnswer = z.record(
  z.string(),
  HistoryEntry.extend({ prompt: Item }).transform((entry): PastRun => {
    return { item: entry.prompt, verdict: verdictOf(entry) };
  }),
);

export interface PastRun {
  readonly item: QueueItem;
  readonly verdict: HistoryVerdict;
}

function verdictOf(entry: z.infer<typeof HistoryEntry>): HistoryVerdict {
  const said = new Map(entry.status?.messages.filter((message) => message !== null));
  const first = said.get('execution_start');
  const last = [...said.values()].at(-1);
  return {
    type: 'history',
    outcome: outcomeOf(entry.status?.status_str ?? 'success', said),
    cachedNodes: z.array(z.string()).catch([]).parse(said.get('execution_cached')?.nodes),
    outputs: Object.entries(entry.outputs).map(([node, ui]) => ({
      node,
      displayNode: entry.meta[node]?.display_node ?? null,
      items: outputItems(ui),
    })),
    startedAt: first?.timestamp ?? null,
    endedAt: last?.timestamp ?? null,
  };
}

function outcomeOf(statusStr: string, said: ReadonlyMap<string, unknown>): HistoryVerdict['outcome'] {
  if (statusStr === 'success') return 'completed';
  if (said.has('execution_interrupted')) return 'cancelled';
  return { error: executionError(said.get('execution_error')) };
}

/** What ComfyUI computes on; sizes in bytes, null where it does not say. */
export interface Device {
  readonly name: string;
  readonly type: string;
  readonly vram_total: number | null;
  readonly vram_free: number | null;
}

export interface SystemStats {
  readonly comfyuiVersion: string | null;
  readonly pythonVersion: string | null;
  readonly pytorchVersion: string | null;
  readonly devices: readonly Device[];
}

/** Custom builds say what they like; what does not fit is as if it had not been said. */
const Text = z.string().max(500).nullish().catch(null);
const Bytes = z.number().nonnegative().nullish().catch(null);

const DeviceAnswer: z.ZodType<Device> = z
  .object({ name: Text, type: Text, vram_total: Bytes, vram_free: Bytes })
  .transform(({ name, type, vram_total, vram_free }) => ({
    name: name ?? 'unknown',
    type: type ?? 'unknown',
    vram_total: vram_total ?? null,
    vram_free: vram_free ?? null,
  }));

/** GET /system_stats. */
export const SystemStatsAnswer: z.ZodType<SystemStats> = z
  .object({
    system: z.object({ comfyui_version: Text, python_version: Text, pytorch_version: Text }),
    devices: z.array(DeviceAnswer).max(64).catch([]),
  })
  .transform(({ system, devices }) => ({
    comfyuiVersion: system.comfyui_version ?? null,
    pythonVersion: system.python_version ?? null,
    pytorchVersion: system.pytorch_version ?? null,
    devices,
  }));

const Refusal = z.object({
  error: z.union([z.string(), z.object({ message: z.string(), details: z.string().catch('') })]),
  node_errors: z
    .record(
      z.string(),
      z.object({
        class_type: z.string().catch(''),
        errors: z.array(z.object({ message: z.string(), details: z.string().catch('') })),
      }),
    )
    .catch({}),
});

const LONGEST_REASON = 1000;

/** The reason in a 4xx answer, in a sentence: its message and details, or the first node's when it gives no details. */
export function refusalReason(status: number, body: unknown): string {
  const refusal = Refusal.safeParse(body).data;
  if (refusal === undefined)
    return typeof body === 'string' && body !== ''
      ? body.slice(0, LONGEST_REASON)
      : `ComfyUI answered ${status}`;
  if (typeof refusal.error === 'string') return refusal.error.slice(0, LONGEST_REASON);
  const { message, details } = refusal.error;
  return `${message}${details === '' ? firstNodeError(refusal.node_errors) : `: ${details}`}`.slice(
    0,
    LONGEST_REASON,
  );
}

function firstNodeError(nodeErrors: z.infer<typeof Refusal>['node_errors']): string {
  for (const [id, { class_type, errors }] of Object.entries(nodeErrors)) {
    const first = errors[0];
    if (first !== undefined)
      return `: node ${id} (${class_type}): ${first.message}${first.details && `: ${first.details}`}`;
  }
  return '';
}
