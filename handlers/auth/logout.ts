import type { Context } from '../../core/context.ts';
import { type Reply, redirect } from '../../core/http/reply.ts';

/** POST /api/auth/logout: takes the cookie from this browser; 302 to /login. Other browsers stay logged in. */
export function logout(context: Context): Reply {
  return { ...redirect('/login'), sessionCookie: context.sessions.endingCookie };
}
