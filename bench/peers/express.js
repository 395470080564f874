/** Express with cookie-session, which keeps the session itself in a cookie, with the signature (HMAC-SHA1) in a second one. */
import { timingSafeEqual } from 'node:crypto';
import cookieSession from 'cookie-session';
import express from 'express';

const LIFETIME = 86_400;
const key = Buffer.from(process.env.API_KEY);
const app = express();

// Not `secure`: cookie-session sends no such cookie over plain http, and the bench has no TLS.
app.use(
  cookieSession({
    name: 'session',
    keys: [process.env.SECRET],
    maxAge: LIFETIME * 1000,
    httpOnly: true,
    sameSite: 'strict',
  }),
);

app.post('/api/auth/login', express.json({ type: () => true }), (request, response) => {
  if (!isKey(request.body.api_key)) return response.status(401).json({ detail: 'Invalid API key' });
  request.session.renewed_at = Math.floor(Date.now() / 1000);
  response.json({ status: 'ok' });
});

app.use((request, response, next) => {
  if (isKey(request.get('x-api-key'))) {
    request.caller = { by: 'key' };
    return next();
  }
  const issuedAt = request.session.renewed_at;
  const now = Math.floor(Date.now() / 1000);
  if (issuedAt === undefined || now - issuedAt > LIFETIME)
    return response.status(401).json({ detail: 'Not authenticated' });
  request.caller = { by: 'session', issued_at: issuedAt, expires_at: issuedAt + LIFETIME };
  // One that is put in its place is sent, also when the second is still the same.
  request.session = { renewed_at: now };
  next();
});

app.get('/api/auth/session', (request, response) => response.json(request.caller));

function isKey(given = '') {
  const bytes = Buffer.from(given);
  return bytes.length === key.length && timingSafeEqual(bytes, key);
}

const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${server.address().port}`),
);
