import { SESSION_LIFETIME } from '../../core/auth/session.ts';
import type { Context } from '../../core/context.ts';
import { json, type Reply } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';

/**
 * GET /api/auth/session: who am I. `{by: "session", issued_at, expires_at}` in Unix seconds, or `{by: "key"}`.
 * The reply renews the cookie, so the session ends 24 hours from now.
 */
export function session(context: Context, request: Request): Reply {
  const { caller } = request;
  if (caller.by !== 'session') return json({ by: caller.by });
  return json({ by: 'session', issued_at: caller.issuedAt, expires_at: context.now() + SESSION_LIFETIME });
}
