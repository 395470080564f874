import { connect } from 'node:net';
import t from 'tap';
import { KEY } from '../support/handler.ts';
import { rawUpstream } from '../support/raw-upstream.ts';
import { startTestStudio } from '../support/studio.ts';
import { get, head } from './row.ts';
import { talk } from './wire.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

interface Passed {
  readonly name: string;
  readonly send: (given: { key: string; cookie: string }) => string;
  /** What ComfyUI gets, as it gets it, but for Host. */
  readonly arrives: string;
}

const ROWS: readonly Passed[] = [
  {
    name: 'path and query, byte for byte',
    send: ({ key }) =>
      get('/comfyui/api/userdata/workflows%2Fa%20b.json;v=1?x=%2F&y=//a', `X-API-Key: ${key}`),
    arrives: 'GET /api/userdata/workflows%2Fa%20b.json;v=1?x=%2F&y=//a HTTP/1.1\r\n\r\n',
  },
  {
    name: 'who the caller is stays here',
    send: ({ key, cookie }) =>
      get(
        '/comfyui/queue',
        `X-API-Key: ${key}`,
        `Cookie: a=b; ${cookie}; c=d`,
        'Comfy-User: admin',
        'Accept: */*',
      ),
    arrives: 'GET /queue HTTP/1.1\r\ncookie: a=b; c=d\r\naccept: */*\r\n\r\n',
  },
  {
    name: 'a key in Authorization stays here',
    send: ({ key }) => get('/comfyui/queue', `Authorization: Bearer ${key}`),
    arrives: 'GET /queue HTTP/1.1\r\n\r\n',
  },
  {
    name: 'a key as the password of Basic stays here, also beside a session',
    send: ({ key, cookie }) =>
      get(
        '/comfyui/queue',
        `Authorization: Basic ${Buffer.from(`me:${key}`).toString('base64')}`,
        `Cookie: ${cookie}`,
      ),
    arrives: 'GET /queue HTTP/1.1\r\n\r\n',
  },
  {
    name: 'an Authorization that is not ours goes on',
    send: ({ cookie }) => get('/comfyui/queue', 'Authorization: Bearer theirs', `Cookie: ${cookie}`),
    arrives: 'GET /queue HTTP/1.1\r\nauthorization: Bearer theirs\r\n\r\n',
  },
  {
    name: 'where it came from stays here',
    send: ({ key }) =>
      get(
        '/comfyui/queue',
        `X-API-Key: ${key}`,
        'Origin: http://studio',
        'Sec-Fetch-Site: same-origin',
        'X-Forwarded-For: 1.2.3.4',
        'X-Forwarded-Host: evil',
        'X-Real-IP: 1.2.3.4',
        'Forwarded: for=1.2.3.4',
      ),
    arrives: 'GET /queue HTTP/1.1\r\n\r\n',
  },
  {
    name: "Connection takes away the client's own headers, and none of ours",
    send: ({ key, cookie }) =>
      get(
        '/comfyui/queue',
        `X-API-Key: ${key}`,
        `Cookie: ${cookie}`,
        'X-A: b',
        'X-B: c',
        'Connection: X-Forwarded-For, Cookie, X-A, Host, Comfy-User',
        'Comfy-User: admin',
      ),
    arrives: 'GET /queue HTTP/1.1\r\nx-b: c\r\n\r\n',
  },
  {
    name: 'a name with _ goes no further',
    send: ({ key }) =>
      get('/comfyui/queue', `X-API-Key: ${key}`, 'Comfy_User: admin', 'X_Forwarded_For: 1.2.3.4'),
    arrives: 'GET /queue HTTP/1.1\r\n\r\n',
  },
  {
    name: 'another method is only a header',
    send: ({ key }) => get('/comfyui/queue', `X-API-Key: ${key}`, 'X-HTTP-Method-Override: DELETE'),
    arrives: 'GET /queue HTTP/1.1\r\nx-http-method-override: DELETE\r\n\r\n',
  },
  {
    name: 'another host is not the upstream',
    send: ({ key }) => head('GET /comfyui/queue HTTP/1.1', [`X-API-Key: ${key}`], 'Host: evil.example'),
    arrives: 'GET /queue HTTP/1.1\r\n\r\n',
  },
  {
    name: 'a body goes as it came',
    send: ({ key }) =>
      `${head('PUT /comfyui/x HTTP/1.1', [`X-API-Key: ${key}`, 'Content-Length: 5', 'Content-Type: a/b'])}h\0\xff\r\n`,
    arrives: 'PUT /x HTTP/1.1\r\ncontent-type: a/b\r\nContent-Length: 5\r\n\r\nh\0\xff\r\n',
  },
  {
    name: 'every method',
    send: ({ key }) => head('DELETE /comfyui/x HTTP/1.1', [`X-API-Key: ${key}`]),
    arrives: 'DELETE /x HTTP/1.1\r\n\r\n',
  },
  {
    name: 'Expect and TE are answered here',
    send: ({ key }) => get('/comfyui/x', `X-API-Key: ${key}`, 'TE: trailers', 'Keep-Alive: timeout=5'),
    arrives: 'GET /x HTTP/1.1\r\n\r\n',
  },
];

t.test('what ComfyUI gets to see of a request', async (t) => {
  for (const at of ['/comfyui', '']) {
    const raw = await rawUpstream(t, ({ socket }, request) => {
      if (!request.includes('upgrade: websocket')) socket.write(OK);
    });
    const studio = await startTestStudio(t, { COMFYUI_URL: raw.url, STUDIO_COMFYUI_PORT: '0' });
    const port = at === '' ? (studio.comfyuiPort ?? 0) : studio.port;
    const cookie = studio.context.sessions.cookieAt(Math.floor(Date.now() / 1000)).split(';', 1)[0] ?? '';
    const seen = () => raw.connections.map(({ received }) => received()).join('');
    for (const { name, send, arrives } of ROWS) {
      const before = seen();
      const bytes = send({ key: KEY, cookie }).replace(' /comfyui/', ` ${at}/`);
      const { replies } = await talk(port, [Buffer.from(bytes, 'latin1')], { replies: 1 });
      t.equal(replies[0]?.status, 200, name);
      const host = `Host: 127.0.0.1:${raw.port}\r\n`;
      const expected = arrives.replace('\r\n', `\r\n${host}`);
      t.ok(seen().includes(expected), `${name}, at ${at}/`, { expected, seen: seen().slice(before.length) });
    }
    t.notMatch(seen(), KEY, 'the key never reached ComfyUI');
    t.notMatch(seen(), 'authenticated:', 'nor did the session');
  }
});

t.test(
  "with COMFYUI_AUTHORIZATION, that and nobody else's Authorization reaches ComfyUI, and no log line",
  async (t) => {
    const raw = await rawUpstream(t, ({ socket }, request) => {
      if (!request.includes('upgrade: websocket')) socket.write(OK);
    });
    const studio = await startTestStudio(t, {
      COMFYUI_URL: raw.url,
      COMFYUI_AUTHORIZATION: 'Bearer s3cret-for-comfyui',
    });
    const request = get(
      '/comfyui/queue',
      `X-API-Key: ${KEY}`,
      'Authorization: Bearer theirs',
      'Connection: Authorization',
    );
    await talk(studio.port, [Buffer.from(request)], { replies: 1 });
    const seen = raw.connections.map(({ received }) => received()).join('');
    t.match(
      seen,
      /GET \/queue HTTP\/1\.1\r\nHost: [^\r]*\r\nAuthorization: Bearer s3cret-for-comfyui\r\n\r\n/,
    );
    t.notMatch(seen, 'theirs');
    // Studio's own questions, and its socket, need it as well.
    t.match(seen, /GET \/ws\?\S* HTTP\/1\.1\r\n(?:[^\r]+\r\n)*Authorization: Bearer s3cret-for-comfyui\r\n/i);
    studio.context.log.error({ found: 'Bearer s3cret-for-comfyui' }, 'a mistake');
    t.notMatch(studio.logged.join(''), 's3cret-for-comfyui');
  },
);

t.test('what ComfyUI says that the browser must not believe', async (t) => {
  const raw = await rawUpstream(t, ({ socket }, request) => {
    if (!request.startsWith('GET /x')) return;
    socket.write(
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: session=evil; Path=/\r\nSet-Cookie: theirs=1\r\nConnection: X-Hop\r\nX-Hop: 1\r\nService-Worker-Allowed: /\r\nAccess-Control-Allow-Origin: *\r\nX-Kept: 1\r\n\r\nok',
    );
  });
  const studio = await startTestStudio(t, { COMFYUI_URL: raw.url });
  const cookie = studio.context.sessions.cookieAt(Math.floor(Date.now() / 1000)).split(';', 1)[0] ?? '';
  const { replies } = await talk(studio.port, [Buffer.from(get('/comfyui/x', `Cookie: ${cookie}`))], {
    replies: 1,
  });
  const headers = replies[0]?.headers;
  const cookies = headers?.get('set-cookie')?.split('\n') ?? [];
  t.equal(cookies.length, 2);
  t.match(cookies[0], /^theirs=1$/);
  t.match(cookies[1], /^session=authenticated:/, 'the renewed one is ours');
  for (const name of ['x-hop', 'service-worker-allowed', 'access-control-allow-origin'])
    t.equal(headers?.get(name), undefined, name);
  t.equal(headers?.get('x-kept'), '1');
});

t.test('an answer of ComfyUI that could be read in two ways is read in none', async (t) => {
  const answers = [
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 20\r\n\r\nok',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok',
    'HTTP/1.1 200 OK\r\nX: a\nSet-Cookie: session=evil\r\nContent-Length: 2\r\n\r\nok',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
    'HTTP/1.1 20x OK\r\n\r\n',
  ];
  for (const answer of answers) {
    const raw = await rawUpstream(t, ({ socket }, request) => {
      if (request.startsWith('GET /x')) socket.write(answer);
    });
    const studio = await startTestStudio(t, { COMFYUI_URL: raw.url });
    const { replies, text } = await talk(studio.port, [Buffer.from(get('/comfyui/x', `X-API-Key: ${KEY}`))], {
      replies: 1,
    });
    t.equal(replies[0]?.status, 502, answer);
    t.notMatch(text, 'evil');
  }
});

t.test(
  'a client that goes away in the middle of an upload takes the request at ComfyUI with it',
  async (t) => {
    const raw = await rawUpstream(t);
    const studio = await startTestStudio(t, { COMFYUI_URL: raw.url });
    for (const framing of ['Content-Length: 100', 'Transfer-Encoding: chunked']) {
      const known = raw.connections.length;
      const socket = connect(studio.port, '127.0.0.1');
      const body = framing.startsWith('T') ? '5\r\nhello\r\n' : 'hello';
      socket.write(head('POST /comfyui/x HTTP/1.1', [`X-API-Key: ${KEY}`, framing]) + body);
      let connection = await raw.connection(known);
      if (!/^POST/.test(await connection.until(/HTTP/))) connection = await raw.connection(known + 1);
      await connection.until(/hello/);
      socket.destroy();
      await connection.closed;
      t.notMatch(connection.received(), /0\r\n\r\n$/, 'what was sent is no whole request');
    }
  },
);
