import t from 'tap';
import { logout } from '../../../handlers/auth/logout.ts';
import { makeContext } from '../../support/handler.ts';

t.test('"POST /api/auth/logout clears the cookie, 302 /login"', async (t) => {
  const context = await makeContext();
  const reply = logout(context);
  t.match(reply, { status: 302, headers: { Location: '/login' } });
  t.equal(reply.sessionCookie, context.sessions.endingCookie);
  t.match(reply.sessionCookie, /^session=; Max-Age=0;/);
});
