import { z } from 'zod';
import type { Context } from '../../core/context.ts';
import { SEVERITIES } from '../../core/events/event-log.ts';
import { readQuery } from '../../core/http/query.ts';
import { json, type Reply } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';
import { listOf, wholeNumber } from '../parameters.ts';

const Id = wholeNumber(0, Number.MAX_SAFE_INTEGER);

const Query = z.object({
  limit: wholeNumber(1, 1000).default(100),
  since: Id.optional(),
  before: Id.optional(),
  types: z
    .string()
    .regex(
      /^[a-z_.]+(?:\.\*)?(?:,[a-z_.]+(?:\.\*)?)*$/,
      'write event types such as job.failed,auth.login, or auth.* for all of a kind',
    )
    .transform((list) => list.split(','))
    .optional(),
  severity: listOf(SEVERITIES).optional(),
  audit: z
    .enum(['0', '1'], 'write 1 or 0')
    .transform((text) => text === '1')
    .optional(),
  ip: z.union([z.ipv4(), z.ipv6()], 'write an IP address').optional(),
});

/**
 * GET /api/admin/events `?limit=1..1000&since=<id>&before=<id>&types=job.failed,auth.*&severity=warning,error&audit=1
 * &ip=<address>`: `{events, next}`, the latest events that fit, newest first; `next` is the `before` of the next page, null on the last one.
 */
export async function events(context: Context, request: Request): Promise<Reply> {
  const { limit, severity, ...rest } = readQuery(request.query, Query);
  const found = await context.events.latest({ ...rest, severities: severity, limit: limit + 1 });
  const page = found.slice(0, limit);
  return json({ events: page, next: found.length > limit ? (page.at(-1)?.id ?? null) : null });
}
