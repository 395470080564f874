import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import {
  createRedirectServer,
  judgePlainRequest,
  type PlainHead,
} from '../../../core/server/redirect-server.ts';

const PAGE: PlainHead = { method: 'GET', target: '/home?a=b', host: 'pod.lan:8080', bringsSecret: false };

// [what comes, https' port, status, where to]
const ROWS: readonly [string, Partial<PlainHead>, number, number, string?][] = [
  ['a page', {}, 8443, 308, 'https://pod.lan:8443/home?a=b'],
  ['a page, and https on its own port', {}, 443, 308, 'https://pod.lan/home?a=b'],
  ['HEAD', { method: 'HEAD' }, 8443, 308, 'https://pod.lan:8443/home?a=b'],
  ['an address', { host: '192.168.1.5' }, 8443, 308, 'https://192.168.1.5:8443/home?a=b'],
  ['an IPv6 address', { host: '[fd00::1]:8080' }, 8443, 308, 'https://[fd00::1]:8443/home?a=b'],
  [
    'a path that looks like a host',
    { target: '//evil.example/' },
    8443,
    308,
    'https://pod.lan:8443//evil.example/',
  ],
  ['a login', { method: 'POST' }, 8443, 403],
  ['a preflight', { method: 'OPTIONS' }, 8443, 403],
  ['a key or a session', { bringsSecret: true }, 8443, 403],
  ['no host', { host: '' }, 8443, 400],
  ['a user before the host', { host: 'pod.lan@evil.example' }, 8443, 400],
  ['a path in the host', { host: 'evil.example/x' }, 8443, 400],
  ['two hosts', { host: 'pod.lan, evil.example' }, 8443, 400],
  ['a backslash in the host', { host: 'evil.example\\' }, 8443, 400],
  ['a whole address as the target', { target: 'http://evil.example/' }, 8443, 400],
  ['an asterisk', { target: '*' }, 8443, 400],
  ['a control character', { target: '/\u0007' }, 8443, 400],
  ['a target without an end', { target: `/${'x'.repeat(5000)}` }, 8443, 400],
];

t.test('plain http: a page is led to https, and whatever brings a secret is refused', async (t) => {
  for (const [what, rest, port, status, location] of ROWS) {
    const answer = judgePlainRequest({ ...PAGE, ...rest }, port);
    t.equal(answer.status, status, what);
    t.equal(answer.location, location ?? null, what);
  }
});

t.test('over the wire: one answer, and the connection is closed', async (t) => {
  const server = createRedirectServer(() => 8443);
  const port = await server.listen('127.0.0.1', 0);
  t.teardown(() => server.close());
  const ask = async (request: string) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    await once(socket, 'close');
    return text;
  };
  const page = await ask('GET /a HTTP/1.1\r\nHost: pod.lan\r\n\r\n');
  t.match(page, /^HTTP\/1\.1 308 Permanent Redirect\r\nLocation: https:\/\/pod\.lan:8443\/a\r\n/);
  t.match(page, /\{"detail":"Studio is on https:\/\/pod\.lan:8443"\}$/);
  t.notMatch(page, /strict-transport-security/i);
  // A browser sends the cookies of all services at a name to each of its ports.
  t.match(
    await ask('GET / HTTP/1.1\r\nHost: a\r\nCookie: _xsrf=x; my_session=y\r\n\r\n'),
    /^HTTP\/1\.1 308 /,
    "another service's cookies are no secret of Studio's",
  );
  for (const name of [
    'X-API-Key: k',
    'Authorization: Bearer k',
    'Cookie: session=x',
    'Cookie: a=b; session=x',
  ])
    t.match(
      await ask(`GET / HTTP/1.1\r\nHost: a\r\n${name}\r\n\r\n`),
      /^HTTP\/1\.1 403 [\s\S]*others can read it/,
    );
  t.match(
    await ask('POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}'),
    /^HTTP\/1\.1 403 [\s\S]*takes nothing over plain http/,
  );
  t.match(await ask('GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'), /^HTTP\/1\.1 400 /);
});
