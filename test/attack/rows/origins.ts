import { type Given, head, post, type Row, rowsFor, WORKFLOW } from '../row.ts';

/** Headers of a request that another site has sent, to a Studio at http://studio. */
export const FOREIGN: readonly (readonly [string, string])[] = [
  ['Origin: https://evil.example', 'another site'],
  ['Origin: null', 'a sandboxed frame, a file, or a redirect'],
  ['Origin: http://studio:81', 'equal but for the port'],
  ['Origin: http://studio.evil.example', 'our name as its prefix'],
  ['Origin: http://evilstudio', 'our name as its suffix'],
  ['Origin: http://evil.example/studio', 'our name in its path'],
  ['Origin: http://studio@evil.example', 'our name as its user'],
  ['Origin: http://studio/', 'an origin has no path'],
  ['Origin: HTTP://STUDIO', 'an origin is in lower case'],
  ['Origin: studio', 'no scheme'],
  ['Origin: ws://studio', 'another scheme'],
  ['Origin: file://', 'a file'],
  ['Origin: chrome-extension://abc', 'an extension'],
  ['Origin: http://studio, http://evil.example', 'a list'],
  ['Origin: http://studio http://evil.example', 'a list, as RFC 6454 would have it'],
  ['Sec-Fetch-Site: cross-site', 'the browser says so'],
  ['Sec-Fetch-Site: same-site', 'another host of the same site'],
  ['Sec-Fetch-Site: Same-Origin', 'not the word'],
  ['Origin: http://studio\r\nSec-Fetch-Site: cross-site', 'the two disagree'],
];

export const HANDSHAKE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

export const handshake = (target: string, ...headers: string[]): string =>
  head(`GET ${target} HTTP/1.1`, [...HANDSHAKE, ...headers]);

/** A handshake with a right key, in which one header is left out or another one. */
function changed(name: string, value: string | null): (given: Given) => string {
  const lines = HANDSHAKE.filter((line) => !line.startsWith(`${name}:`));
  return ({ key }) =>
    head('GET /api/run/ws HTTP/1.1', [
      ...lines,
      ...(value === null ? [] : [`${name}: ${value}`]),
      `X-API-Key: ${key}`,
    ]);
}

const BAD_HANDSHAKES: readonly (readonly [string, string | null, readonly number[], string])[] = [
  ['Upgrade', null, [426], 'no Upgrade'],
  ['Upgrade', 'h2c', [426], 'an Upgrade to something else'],
  ['Upgrade', 'websocketx', [426], 'nearly'],
  ['Connection', null, [426], 'no Connection'],
  ['Connection', 'keep-alive', [426], 'a Connection that names no Upgrade'],
  ['Sec-WebSocket-Version', null, [426], 'no version'],
  ['Sec-WebSocket-Version', '8', [426], 'an old version'],
  ['Sec-WebSocket-Version', '14', [426], 'a version to come'],
  ['Sec-WebSocket-Version', '13, 8', [426], 'a list'],
  ['Sec-WebSocket-Key', null, [400, 426], 'no key'],
  ['Sec-WebSocket-Key', 'short', [400, 426], 'a key that is not 24 characters'],
  ['Sec-WebSocket-Key', `${'A'.repeat(22)}===`, [400, 426], '25 characters'],
  ['Sec-WebSocket-Key', '!'.repeat(24), [400, 426], '24 characters that are no base64'],
  ['Sec-WebSocket-Key', 'A'.repeat(24), [400, 426], '18 bytes'],
];

export const origins: readonly Row[] = [
  ...rowsFor(FOREIGN, (headers) => ({
    name: `a run by session, ${headers.replaceAll('\r\n', ', ')}`,
    send: ({ cookie }) => post('/api/run', WORKFLOW, `Cookie: ${cookie}`, headers),
    replies: [403],
    connection: 'closed',
    mayBeCut: true,
  })),
  ...rowsFor(FOREIGN, (headers) => ({
    name: `a login with the right key, ${headers.replaceAll('\r\n', ', ')}`,
    send: ({ key }) => post('/api/auth/login', JSON.stringify({ api_key: key }), headers),
    replies: [403],
    connection: 'closed',
    mayBeCut: true,
  })),
  ...rowsFor(FOREIGN, (headers) => ({
    name: `a handshake by session, ${headers.replaceAll('\r\n', ', ')}`,
    send: ({ cookie }) => handshake('/api/run/ws', `Cookie: ${cookie}`, headers),
    replies: [403],
    connection: 'closed',
  })),
  {
    name: 'a logout by session from elsewhere',
    why: 'a nuisance, and a login to somebody else’s account after it',
    send: ({ cookie }) => post('/api/auth/logout', '', `Cookie: ${cookie}`, 'Origin: https://evil.example'),
    replies: [403],
    connection: 'closed',
  },
  {
    name: 'a run by Basic from elsewhere',
    why: 'a browser sends a known Basic password along, as it does with a cookie',
    send: ({ key }) =>
      post(
        '/api/run',
        WORKFLOW,
        `Authorization: Basic ${Buffer.from(`x:${key}`).toString('base64')}`,
        'Origin: https://evil.example',
      ),
    replies: [403],
    connection: 'closed',
    mayBeCut: true,
  },
  ...rowsFor(
    [
      ['/api/run/ws', 'nobody'],
      ['/api/run/ws?api_key=x', 'a key in the query'],
      ['/ws', 'its own path'],
      ['/api/run/ws/', 'another path'],
      ['/API/run/ws', 'another path'],
      ['/api/run/wsx', 'another path'],
    ],
    (target) => ({
      name: `a handshake without a session on ${target}`,
      send: handshake(target),
      replies: [401],
      connection:
        target.startsWith('/api/run/ws') && !/[/x]$/.test(target.replace(/\?.*/, '')) ? 'closed' : 'open',
    }),
  ),
  ...rowsFor(
    [
      ['/api/run/ws;x', 'path parameters'],
      ['/api//run/ws', 'an empty segment'],
      ['/api/run/../run/ws', 'a dot segment'],
      ['/api/run/%77s', 'a second spelling'],
      ['/api/run/ws?a\\b', 'a backslash in the query'],
      ['/api/run/ws#x', 'a fragment'],
    ],
    (target) => ({
      name: `a handshake with the key on ${target}`,
      send: ({ key }) => handshake(target, `X-API-Key: ${key}`),
      replies: [400],
      connection: 'closed',
    }),
  ),
  ...BAD_HANDSHAKES.map(
    ([name, value, status, why]): Row => ({
      name: `a handshake with ${name}: ${value ?? '(none)'}`,
      why,
      send: changed(name, value),
      replies: [status],
      connection:
        /^(?:A{22}===|short)$/.test(value ?? '') || (name === 'Sec-WebSocket-Key' && value === null)
          ? 'open'
          : 'closed',
    }),
  ),
  ...rowsFor(
    [
      ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'two keys'],
      ['Upgrade: websocket', 'two Upgrades'],
      ['Host: studio', 'two Hosts'],
      ['X-API-Key: x', 'two credentials'],
      ['Cookie: a\r\nCookie: b', 'two Cookies'],
      ['Origin: http://studio\r\nOrigin: http://studio', 'two Origins'],
      ['Authorization: Bearer a\r\nAuthorization: Bearer b', 'two Authorizations'],
      ['Content-Length: 5', 'a body, which would be read as frames'],
      ['Content-Length: 5\r\nContent-Length: 0', 'two lengths'],
      ['Content-Length: x', 'no length'],
      ['Transfer-Encoding: chunked', 'a chunked body'],
      ['Transfer-Encoding: gzip', 'a coding'],
    ],
    (headers) => ({
      name: `a handshake with ${headers.replaceAll('\r\n', ', ')} as well`,
      send: ({ key }) => `${handshake('/api/run/ws', `X-API-Key: ${key}`, headers)}hello`,
      replies: [400],
      connection: 'closed',
      mayBeCut: true,
    }),
  ),
  {
    name: 'a handshake by POST',
    why: 'a handshake is a GET',
    send: ({ key }) => head('POST /api/run/ws HTTP/1.1', [...HANDSHAKE, `X-API-Key: ${key}`]),
    replies: [405],
    connection: 'open',
  },
  {
    name: 'a handshake by HEAD',
    why: 'the same',
    send: ({ key }) => head('HEAD /api/run/ws HTTP/1.1', [...HANDSHAKE, `X-API-Key: ${key}`]),
    head: true,
    replies: [426],
    connection: 'open',
  },
  {
    name: 'a handshake on a path without sockets',
    why: 'it is a GET like any other',
    send: handshake('/api/health'),
    replies: [200],
    connection: 'open',
  },
  {
    name: 'a handshake with an empty Host',
    why: 'Origin is compared with it',
    send: ({ cookie }) =>
      head('GET /api/run/ws HTTP/1.1', [...HANDSHAKE, `Cookie: ${cookie}`, 'Origin: http://'], 'Host:'),
    replies: [400],
    connection: 'closed',
  },
  {
    name: 'a handshake that hides a run behind it',
    why: 'a refused one is the last of its connection',
    send: ({ key }) => handshake('/api/run/ws') + post('/api/run', WORKFLOW, `X-API-Key: ${key}`),
    replies: [401],
    connection: 'closed',
    mayBeCut: true,
  },
];
