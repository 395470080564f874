import { z } from 'zod';
import type { Context } from '../../core/context.ts';
import { HttpError } from '../../core/http/http-error.ts';
import { json, type Reply } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';
import { submit } from '../run/submit.ts';

const Body = z.object({ prompt_id: z.string().min(1).max(256), front: z.boolean().optional() });

/**
 * POST /api/admin/history/retry `{prompt_id, front?}`: queues the workflow of a run once more, seeds included, as a new run.
 * Answers as POST /api/run does; 404 when the run is not known. What had come with it for other services (extra_data) is
 * remembered nowhere, so it does not go along.
 */
export async function retry(context: Context, request: Request): Promise<Reply> {
  const { prompt_id, front } = request.json(Body);
  const record = context.runs.record(prompt_id);
  const prompt = context.runs.promptOf(prompt_id);
  if (!record?.accepted || prompt === undefined) throw new HttpError(404, 'No such run');
  if (Object.keys(prompt).length === 0) throw new HttpError(409, 'The workflow of this run is not known');
  return json(await submit(context, { prompt, front, title: record.run.title }));
}
