import type { Context } from '../../core/context.ts';
import { HttpError } from '../../core/http/http-error.ts';
import { json, type Reply } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';

/** GET /api/run/status/{prompt_id}: the run's latest progress, in the form of the stream's progress frames. 404 when not known. */
export function status(context: Context, request: Request): Reply {
  const run = context.runs.get(request.params.prompt_id ?? '');
  if (run === undefined) throw new HttpError(404, 'No such run');
  return json(run);
}
