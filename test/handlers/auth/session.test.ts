import t from 'tap';
import { session } from '../../../handlers/auth/session.ts';
import { makeContext, makeRequest, NOW } from '../../support/handler.ts';

t.test('"GET /api/auth/session -> who am I, issued, expires"', async (t) => {
  const context = await makeContext();
  const bySession = session(context, makeRequest({ caller: { by: 'session', issuedAt: NOW - 3600 } }));
  t.same(JSON.parse(String(bySession.body)), {
    by: 'session',
    issued_at: NOW - 3600,
    expires_at: NOW - 3600 + 86_400,
  });
  const byKey = session(context, makeRequest({ caller: { by: 'key' } }));
  t.same(JSON.parse(String(byKey.body)), { by: 'key' }, 'a key has no end');
});
