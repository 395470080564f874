import { z } from 'zod';
import type { NodeTiming, RunProgress } from './run.ts';

const Count = z.number().catch(0);
const Text = z.string().nullable().catch(null);

const Output = z.object({
  node_title: z.string(),
  node_type: z.string(),
  items: z.array(
    z.object({
      filename: z.string(),
      subfolder: z.string(),
      type: z.string(),
      media: z.enum(['image', 'video', 'audio', 'file']),
    }),
  ),
});

/** A run's progress as it was written, perhaps by an earlier version: what that did not know yet gets its empty value. */
export const StoredProgress: z.ZodType<RunProgress, unknown> = z.object({
  prompt_id: z.string(),
  title: z.string().catch(''),
  started_by: z.enum(['studio', 'editor', 'other']).catch('other'),
  status: z.enum(['queued', 'running', 'completed', 'error', 'cancelled', 'stalled']),
  node_id: Text,
  node_title: Text,
  node_type: Text,
  step: Count,
  total_steps: Count,
  nodes_done: Count,
  total_nodes: Count,
  effective_total: Count,
  cached_count: Count,
  percent: Count,
  eta_seconds: z.number().nullable().catch(null),
  step_rate: z.number().nullable().catch(null),
  preview_seq: Count,
  node_outputs: z.record(z.string(), Output).catch({}),
  error: z
    .object({ message: z.string(), exception_type: Text, node_id: Text, node_type: Text })
    .nullable()
    .catch(null),
  queued_at: z.iso.datetime(),
  started_at: Text,
  ended_at: Text,
});

/** What was written of one node's time. */
export const StoredTiming: z.ZodType<NodeTiming, unknown> = z.object({
  node_id: z.string(),
  state: z.enum(['running', 'finished', 'cached', 'failed', 'stopped']),
  started_at: z.iso.datetime().nullable(),
  seconds: z.number().nullable(),
});
