import { z } from 'zod';
import type { Context } from '../../../core/context.ts';
import { json, type Reply } from '../../../core/http/reply.ts';
import type { Request } from '../../../core/http/request.ts';
import { confirm } from '../../confirm.ts';

const Wanted = z.object({
  active: z.boolean('must be true or false'),
  message: z.string().trim().max(500, 'write at most 500 characters').optional(),
  api_key: z.string().max(1024).optional(),
});

/**
 * PUT /api/admin/system/maintenance `{active, message?, api_key?}`: begins or ends maintenance by hand; `message` is shown to
 * all who wait, with a login or without. 200 `{active, reason, message}`. The key itself must come with it: 401, 403, 429 as
 * `confirm` says. Ending it while an update runs lets people in again, and the update goes on.
 */
export function putMaintenance(context: Context, request: Request): Reply {
  const { active, message = '', api_key } = request.json(Wanted);
  confirm(context, request, api_key);
  const { maintenance } = context;
  if (active) maintenance.enter('hand', message === '' ? null : message);
  else maintenance.leave('it was ended by hand');
  const { reason = null, message: words = null } = maintenance.state ?? {};
  return json({ active, reason, message: words });
}
