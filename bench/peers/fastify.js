/** Fastify with @fastify/cookie, whose signed cookies are HMAC-SHA256. */
import { timingSafeEqual } from 'node:crypto';
import cookie from '@fastify/cookie';
import Fastify from 'fastify';

const LIFETIME = 86_400;
const key = Buffer.from(process.env.API_KEY);
const app = Fastify();
await app.register(cookie, {
  secret: process.env.SECRET,
  parseOptions: {
    signed: true,
    path: '/',
    maxAge: LIFETIME,
    httpOnly: true,
    secure: true,
    sameSite: 'strict',
  },
});

app.decorateRequest('caller', null);
app.addHook('onRequest', async (request, reply) => {
  if (request.url === '/api/auth/login') return;
  if (isKey(request.headers['x-api-key'])) {
    request.caller = { by: 'key' };
    return;
  }
  const { valid, value } = request.unsignCookie(request.cookies.session ?? '');
  const issuedAt = Number(value);
  const now = Math.floor(Date.now() / 1000);
  if (!valid || now - issuedAt > LIFETIME) return reply.code(401).send({ detail: 'Not authenticated' });
  request.caller = { by: 'session', issued_at: issuedAt, expires_at: issuedAt + LIFETIME };
  reply.setCookie('session', String(now));
});

app.get('/api/auth/session', async (request) => request.caller);

app.post('/api/auth/login', async (request, reply) => {
  if (!isKey(request.body.api_key)) return reply.code(401).send({ detail: 'Invalid API key' });
  reply.setCookie('session', String(Math.floor(Date.now() / 1000)));
  return { status: 'ok' };
});

function isKey(given = '') {
  const bytes = Buffer.from(given);
  return bytes.length === key.length && timingSafeEqual(bytes, key);
}

console.log(await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 0) }));
