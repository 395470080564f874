import { z } from 'zod';
import type { Context } from '../../../core/context.ts';
import { HttpError } from '../../../core/http/http-error.ts';
import { json, type Reply } from '../../../core/http/reply.ts';
import type { Request } from '../../../core/http/request.ts';
import { confirm } from '../../confirm.ts';

const Confirmation = z.object({ api_key: z.string().max(1024).optional() });

/**
 * POST /api/admin/system/update `{api_key?}`: maintenance begins, and the update command runs. 202 `{update}` at once; its output
 * comes as `update.output` events to those whose sockets are open. 409 while one runs, 501 when no command is set; 401, 403, 429 as
 * `confirm` says.
 */
export function startUpdate(context: Context, request: Request): Reply {
  const { api_key } = request.bytes().byteLength === 0 ? {} : request.json(Confirmation);
  confirm(context, request, api_key);
  const answer = context.updates.start();
  if ('started' in answer) return json({ update: answer.started }, 202);
  if (answer.refused === 'not-configured')
    throw new HttpError(501, 'There is no update command: set STUDIO_UPDATE_COMMAND');
  throw new HttpError(409, 'An update is running already', { extra: { update: answer.running } });
}
