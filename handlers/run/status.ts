import { z } from 'zod';
import type { Context } from '../../core/context.ts';
import { HttpError } from '../../core/http/http-error.ts';
import { readQuery } from '../../core/http/query.ts';
import { json, type Reply } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';
import { LONGEST_WAIT, wholeNumber } from '../parameters.ts';

const Query = z.object({ wait: wholeNumber(0, LONGEST_WAIT).default(0) });

/**
 * GET /api/run/status/{prompt_id} `?wait=<seconds>`: the run's latest progress, in the form of the stream's progress frames; with
 * `wait`, when the run is over or that time is (at most 90). 404 when not known.
 */
export function status(context: Context, request: Request): Reply | Promise<Reply> {
  const id = request.params.prompt_id ?? '';
  const run = context.runs.get(id);
  if (run === undefined) throw new HttpError(404, 'No such run');
  const { wait } = readQuery(request.query, Query);
  if (wait === 0 || run.ended_at !== null) return json(run);
  return context.runs.ended(id, wait * 1000).then((later) => json(later ?? run));
}
