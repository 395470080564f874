import { z } from 'zod';
import type { Context } from '../../core/context.ts';
import { readQuery } from '../../core/http/query.ts';
import { json, type Reply } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';
import { RUN_STATUSES } from '../../core/runs/run.ts';
import { listOf, wholeNumber } from '../parameters.ts';

const Query = z.object({
  limit: wholeNumber(1, 500).default(50),
  before: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
  status: listOf(RUN_STATUSES).optional(),
});

/**
 * GET /api/admin/history `?limit=1..500&before=<next>&status=completed,error`: `{runs, next}`, every run that is remembered,
 * newest first. `next` is where the next page begins, null on the last one.
 */
export function history({ runs }: Context, request: Request): Reply {
  const { limit, before, status } = readQuery(request.query, Query);
  return json(runs.history({ limit, before, statuses: status }));
}
