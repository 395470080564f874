import { z } from 'zod';
import type { Context } from '../../core/context.ts';
import { readQuery } from '../../core/http/query.ts';
import { json, type Reply } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';
import { RUN_STATUSES } from '../../core/runs/run.ts';
import { listOf, time, wholeNumber } from '../parameters.ts';

const Query = z
  .object({
    limit: wholeNumber(1, 500).default(50),
    before: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
    status: listOf(RUN_STATUSES).optional(),
    since: time.optional(),
    until: time.optional(),
  })
  .refine(({ since, until }) => since === undefined || until === undefined || since < until, {
    path: ['until'],
    message: 'write a time after since',
  });

/**
 * GET /api/admin/history `?limit=1..500&before=<next>&status=completed,error&since=<time>&until=<time>`: `{runs, next}`, every
 * run that is remembered, newest first. `since` and `until` are ISO 8601: runs that were queued from the one on, and before the
 * other. `next` is where the next page begins, null on the last one.
 */
export function history({ runs }: Context, request: Request): Reply {
  const { limit, before, status, since, until } = readQuery(request.query, Query);
  return json(runs.history({ limit, before, statuses: status, since, until }));
}
