import { z } from 'zod';
import type { Context } from '../../core/context.ts';
import { HttpError } from '../../core/http/http-error.ts';
import { json, type Reply } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';
import { senderOf } from '../../core/http/sender.ts';
import { confirm } from '../confirm.ts';

const Body = z.object({ api_key: z.string().max(1024).optional() });

/**
 * POST /api/admin/sessions/rotate `{api_key?}`: ends every session and closes its sockets with 4001. 200 `{status: "ok"}`;
 * whoever came with a session gets a new one. To be confirmed with the key itself: 401, 403, 429 as `confirm` says. 507:
 * the new secret could not be kept, and nothing has changed.
 */
export function rotateSessions(context: Context, request: Request): Reply {
  const { api_key } = request.bytes().byteLength === 0 ? {} : request.json(Body);
  confirm(context, request, api_key);
  try {
    context.rotation.rotateSessions(senderOf(request));
  } catch (error) {
    context.log.error({ err: error }, 'sessions could not be rotated');
    throw new HttpError(507, 'The new secret could not be written: nothing has changed');
  }
  const reply = json({ status: 'ok' });
  return request.caller.by === 'session'
    ? { ...reply, sessionCookie: context.sessions.cookieAt(context.now()) }
    : reply;
}
