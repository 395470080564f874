import type { Context } from '../../core/context.ts';
import { HttpError } from '../../core/http/http-error.ts';
import { json, type Reply } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';
import { orUnreachable } from './unreachable.ts';

/**
 * POST /api/run/cancel/{prompt_id}: takes a queued run out of the queue, interrupts a running one.
 * 200 `{"status":"cancelling"}`: the stream tells when it has ended. 404 when not known, 409 when it is over already,
 * 503 when ComfyUI does not answer.
 */
export async function cancel(context: Context, request: Request): Promise<Reply> {
  const id = request.params.prompt_id ?? '';
  if (context.runs.get(id) === undefined) throw new HttpError(404, 'No such run');
  if (!(await orUnreachable(context.runs.cancel(id)))) throw new HttpError(409, 'The run is over already');
  return json({ status: 'cancelling' });
}
