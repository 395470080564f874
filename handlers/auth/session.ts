import { SESSION_LIFETIME } from '../../core/auth/session.ts';
import type { Context } from '../../core/context.ts';
import { json, type Reply } from '../../core/http/reply.ts';
import type { Caller, Request } from '../../core/http/request.ts';

// A caller always gets the same answer, and whoever holds a page open asks again and again.
const replies = new WeakMap<Caller, Reply>();

/**
 * GET /api/auth/session: who am I. `{by: "session", issued_at, expires_at}` of the cookie that came, in Unix seconds, or
 * `{by: "key"}`. The cookie that goes back is a new one and lasts for 24 hours from now.
 */
export function session(_context: Context, { caller }: Request): Reply {
  let reply = replies.get(caller);
  if (reply === undefined) {
    reply = json(describe(caller));
    replies.set(caller, reply);
  }
  return reply;
}

function describe(caller: Caller): Record<string, unknown> {
  if (caller.by !== 'session') return { by: caller.by };
  return { by: 'session', issued_at: caller.issuedAt, expires_at: caller.issuedAt + SESSION_LIFETIME };
}
