import { z } from 'zod';
import type { Context } from '../../core/context.ts';
import { json, type Reply } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';
import { LONGEST_WAIT } from '../parameters.ts';
import { submit } from './submit.ts';

const Node = z.looseObject({
  class_type: z.string().min(1).max(500),
  inputs: z.record(z.string(), z.unknown()),
  _meta: z
    .looseObject({ title: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

const Body = z.object({
  prompt: z
    .record(z.string().max(200), Node, 'must be a workflow in API format (in ComfyUI: Export (API))')
    .refine((prompt) => Object.keys(prompt).length > 0, 'is empty: it needs at least one node'),
  extra_data: z.record(z.string(), z.unknown()).optional(),
  front: z.boolean().optional(),
  title: z.string().max(200).optional(),
  wait: z.number().min(0).max(LONGEST_WAIT, `write seconds, at most ${LONGEST_WAIT}`).optional(),
});

/**
 * POST /api/run `{prompt, extra_data?, front?, title?, wait?}`: queues a workflow in API format.
 * 200 `{prompt_id, number, node_errors}`; with `wait` (seconds, at most 90) it is answered when the run is over or that time is,
 * and has `run` as well, the state of it by then. 400 `{detail, error, node_errors}` with ComfyUI's own words when it refuses;
 * 429 when too many wait already; 502 when ComfyUI will not talk to Studio; 503 when it does not answer; 507 when the disk is full.
 */
export async function start(context: Context, request: Request): Promise<Reply> {
  const { wait = 0, ...run } = request.json(Body);
  const accepted = await submit(context, run);
  if (wait === 0) return json(accepted);
  return json({ ...accepted, run: await context.runs.ended(accepted.prompt_id, wait * 1000) });
}
