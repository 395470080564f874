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
 * 429 when too many wait already; 502 when ComfyUI will not talk to Studio; 503 when it does not answer.
 */
export async function start(context: Context, request: Request): Promise<Reply> {
  const run = request.json(RunRequest);
  try {
    return json(await orUnreachable(context.runs.submit(run)));
  } catch (error) {
    throw error instanceof ComfyuiRefusal ? refused(error) : error;
  }
}

/** What is wrong with the workflow or its moment is told as ComfyUI told it; any other refusal is between it and Studio. */
const PASSED_ON = [400, 413, 429];

const Details = z.object({ error: z.unknown(), node_errors: z.unknown() }).partial();

function refused(refusal: ComfyuiRefusal): HttpError {
  if (!PASSED_ON.includes(refusal.status)) {
    // Not 401 or 403, which would say that the caller's own login is bad.
    return new HttpError(502, `ComfyUI refuses to take runs from Studio (status ${refusal.status})`);
  }
  return new HttpError(refusal.status, refusal.message, {
    extra: Details.safeParse(refusal.body).data ?? {},
  });
}
