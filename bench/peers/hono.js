/** Hono on Node, with its own signed cookies (HMAC-SHA256 by WebCrypto). */
import { timingSafeEqual } from 'node:crypto';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { getSignedCookie, setSignedCookie } from 'hono/cookie';

const LIFETIME = 86_400;
const SECRET = process.env.SECRET;
const OPTIONS = { path: '/', maxAge: LIFETIME, httpOnly: true, secure: true, sameSite: 'Strict' };
const key = Buffer.from(process.env.API_KEY);
const app = new Hono();

app.post('/api/auth/login', async (context) => {
  const { api_key } = await context.req.json();
  if (!isKey(api_key)) return context.json({ detail: 'Invalid API key' }, 401);
  await setSignedCookie(context, 'session', String(Math.floor(Date.now() / 1000)), SECRET, OPTIONS);
  return context.json({ status: 'ok' });
});

app.use(async (context, next) => {
  if (isKey(context.req.header('x-api-key'))) {
    context.set('caller', { by: 'key' });
    return next();
  }
  const value = await getSignedCookie(context, SECRET, 'session');
  const issuedAt = Number(value || Number.NaN);
  const now = Math.floor(Date.now() / 1000);
  if (!(now - issuedAt <= LIFETIME)) return context.json({ detail: 'Not authenticated' }, 401);
  context.set('caller', { by: 'session', issued_at: issuedAt, expires_at: issuedAt + LIFETIME });
  await setSignedCookie(context, 'session', String(now), SECRET, OPTIONS);
  await next();
});

app.get('/api/auth/session', (context) => context.json(context.get('caller')));

function isKey(given = '') {
  const bytes = Buffer.from(given);
  return bytes.length === key.length && timingSafeEqual(bytes, key);
}

serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  console.log(`http://127.0.0.1:${port}`);
});
