import { z } from 'zod';
import type { Context } from '../../core/context.ts';
import { HttpError } from '../../core/http/http-error.ts';
import { json, type Reply } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';
import { ComfyuiRefusal } from '../../core/runs/runs.ts';
import { orUnreachable } from './unreachable.ts';

const Node = z.looseObject({
  class_type: z.string().min(1).max(500),
  inputs: z.record(z.string(), z.unknown()),
  _meta: z
    .looseObject({ title: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

const RunRequest = z.object({
  prompt: z
    .record(z.string().max(200), Node, 'must be a workflow in API format (in ComfyUI: Export (API))')
    .refine((prompt) => Object.keys(prompt).length > 0, 'is empty: it needs at least one node'),
  extra_data: z.record(z.string(), z.unknown()).optional(),
  front: z.boolean().optional(),
});

/**
 * POST /api/run `{prompt, extra_data?, front?}`: queues a workflow in API format.
 * 200 `{prompt_id, number, node_errors}`; 400 `{detail, error, node_errors}` with ComfyUI's own words when it refuses;
 * 503 when ComfyUI does not answer.
 */
export async function start(context: Context, request: Request): Promise<Reply> {
  const run = request.json(RunRequest);
  try {
    return json(await orUnreachable(context.runs.submit(run)));
  } catch (error) {
    if (error instanceof ComfyuiRefusal)
      throw new HttpError(400, error.message, { extra: refusalDetails(error.body) });
    throw error;
  }
}

const Refusal = z.object({ error: z.unknown(), node_errors: z.unknown() }).partial();

function refusalDetails(body: unknown): Record<string, unknown> {
  return Refusal.safeParse(body).data ?? {};
}
