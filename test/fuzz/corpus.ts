import { toy } from '../support/workflows.ts';

/** Requests that are right, for every route and for every way of proving who one is; the mutations make them wrong. */
export function requestCorpus(key: string, cookie: string): readonly [Buffer, ...Buffer[]] {
  const asKey = `X-API-Key: ${key}\r\n`;
  const asSession = `Cookie: ${cookie}\r\n`;
  const get = (path: string, headers = '') =>
    `GET ${path} HTTP/1.1\r\nHost: studio.example\r\n${headers}\r\n`;
  const post = (path: string, headers: string, body: string) =>
    `POST ${path} HTTP/1.1\r\nHost: studio.example\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  const chunked = (path: string, headers: string, body: string) =>
    `POST ${path} HTTP/1.1\r\nHost: studio.example\r\n${headers}Transfer-Encoding: chunked\r\n\r\n${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;
  const form = 'Content-Type: application/x-www-form-urlencoded\r\n';
  const run = JSON.stringify({ prompt: toy(1, 'none', 1), extra_data: {}, front: false });
  const texts: readonly [string, ...string[]] = [
    get('/api/health'),
    get('/login?next=/home&error=throttled&wait=3', 'Accept: text/html\r\nSec-Fetch-Mode: navigate\r\n'),
    get('/static/icon.svg', 'Accept-Encoding: br, gzip;q=0\r\nIf-None-Match: "a", W/"b"\r\n'),
    get('/home', asSession),
    get('/', `${asSession}Accept: text/html\r\n`),
    get('/api/auth/session', asKey),
    get('/api/auth/session', `Authorization: Bearer ${key}\r\n`),
    get('/api/auth/session', `Authorization: Basic ${Buffer.from(`studio:${key}`).toString('base64')}\r\n`),
    get(
      '/api/auth/session',
      `Cookie: a=b; session=forged; ${cookie}\r\nX-Forwarded-For: 1.2.3.4, [::1]:80\r\n`,
    ),
    get('/api/run/status/00000000-0000-4000-8000-000000000000', asKey),
    get('/api/run/status/a%20b', asSession),
    get('/no/such/path?a=%41', asKey),
    `HEAD /home HTTP/1.1\r\nHost: studio.example\r\n${asSession}\r\n`,
    `DELETE /api/run HTTP/1.1\r\nHost: studio.example\r\n${asKey}\r\n`,
    `OPTIONS /api/run HTTP/1.1\r\nHost: studio.example\r\n${asKey}\r\n`,
    post('/api/auth/login', '', JSON.stringify({ api_key: 'wrong', next: '/home' })),
    post('/api/auth/login', form, 'api_key=wrong&next=%2Fhome'),
    post('/api/auth/login', 'Origin: https://evil.example\r\n', JSON.stringify({ api_key: key })),
    post(
      '/api/auth/logout',
      `${asSession}Origin: http://studio.example\r\nSec-Fetch-Site: same-origin\r\n`,
      '',
    ),
    post('/api/run', `${asKey}Content-Type: application/json\r\n`, run),
    post('/api/run', asKey, '{"prompt":{"1":{"class_type":"Missing","inputs":{}}}}'),
    chunked('/api/run', asKey, run),
    chunked('/api/auth/login', '', '{"api_key":"wrong"}'),
    post('/api/run/cancel/00000000-0000-4000-8000-000000000000', asKey, ''),
    get(
      '/api/run/ws?since=3',
      `${asKey}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n`,
    ),
  ];
  const [first, ...rest] = texts;
  return [Buffer.from(first, 'latin1'), ...rest.map((text) => Buffer.from(text, 'latin1'))];
}

/** A client's frames (RFC 6455, 5.2), masked with zeros, so that what is sent is what is read. */
export function frameCorpus(): readonly [Buffer, ...Buffer[]] {
  const frame = (first: number, payload: Buffer): Buffer =>
    Buffer.concat([Buffer.from([first, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
  return [
    frame(0x81, Buffer.from('hello')),
    frame(0x81, Buffer.from('{"type":"x"}')),
    frame(0x82, Buffer.from([0, 1, 2, 255])),
    frame(0x01, Buffer.from('begin')),
    frame(0x80, Buffer.from('end')),
    frame(0x89, Buffer.from('ping')),
    frame(0x8a, Buffer.from('pong')),
    frame(0x88, Buffer.from([0x03, 0xe8])),
    Buffer.concat([Buffer.from([0x82, 0xfe, 0x01, 0x00, 0, 0, 0, 0]), Buffer.alloc(256, 7)]),
    Buffer.concat([
      Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0, 0x20, 0x00, 0, 0, 0, 0]),
      Buffer.alloc(8192, 9),
    ]),
  ];
}
