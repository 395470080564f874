/** uWebSockets.js as one writes it at first: for each request an HMAC to verify the cookie, and one to sign the next. */

import uws from 'uWebSockets.js';
import { createHmac, timingSafeEqual } from 'node:crypto';

const LIFETIME = 86_400;
const SECRET = process.env.SECRET;
const key = Buffer.from(process.env.API_KEY);
const app = uws.App();

app.get('/api/auth/session', (response, request) => {
  if (isKey(request.getHeader('x-api-key'))) return answer(response, '200 OK', { by: 'key' });
  const now = Math.floor(Date.now() / 1000);
  const issuedAt = verify(request.getHeader('cookie'));
  if (!(now - issuedAt <= LIFETIME)) {
    return answer(response, '401 Unauthorized', { detail: 'Not authenticated' });
  }
  const caller = { by: 'session', issued_at: issuedAt, expires_at: issuedAt + LIFETIME };
  answer(response, '200 OK', caller, setCookie(now));
});

app.post('/api/auth/login', (response) => {
  const chunks = [];
  response.onAborted(() => {});
  response.onData((chunk, isLast) => {
    chunks.push(Buffer.from(chunk.slice(0)));
    if (!isLast) return;
    response.cork(() => {
      const { api_key } = JSON.parse(Buffer.concat(chunks).toString());
      if (!isKey(api_key)) return answer(response, '401 Unauthorized', { detail: 'Invalid API key' });
      answer(response, '200 OK', { status: 'ok' }, setCookie(Math.floor(Date.now() / 1000)));
    });
  });
});

function answer(response, status, body, cookie) {
  response.writeStatus(status).writeHeader('Content-Type', 'application/json');
  if (cookie !== undefined) response.writeHeader('Set-Cookie', cookie);
  response.end(JSON.stringify(body));
}

function verify(header) {
  const [, value, tag] = /(?:^|; )session=(\d+)\.([0-9a-f]{64})(?:;|$)/.exec(header) ?? [];
  if (value === undefined) return Number.NaN;
  return timingSafeEqual(Buffer.from(tag), Buffer.from(sign(value))) ? Number(value) : Number.NaN;
}

function setCookie(now) {
  const token = `${now}.${sign(String(now))}`;
  return `session=${token}; Max-Age=${LIFETIME}; Path=/; HttpOnly; Secure; SameSite=Strict`;
}

function sign(value) {
  return createHmac('sha256', SECRET).update(value).digest('hex');
}

function isKey(given = '') {
  const bytes = Buffer.from(given);
  return bytes.length === key.length && timingSafeEqual(bytes, key);
}

app.listen('127.0.0.1', Number(process.env.PORT ?? 0), (token) => {
  if (token) console.log(`http://127.0.0.1:${uws.us_socket_local_port(token)}`);
});
