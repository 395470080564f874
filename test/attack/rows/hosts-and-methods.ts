import { head, type Row, rowsFor, WORKFLOW } from '../row.ts';

const RUN = 'POST /api/run HTTP/1.1';

const BAD_HOST: readonly (readonly [string, string])[] = [
  ['', 'none'],
  ['Host:', 'an empty one'],
  ['Host: ', 'a space'],
  ['Host: studio\r\nHost: evil.example', 'two'],
  ['Host: studio\r\nHost: studio', 'the same twice'],
  ['Host:\r\nHost: studio', 'an empty one first'],
  ['Host: a b', 'a space in it'],
  ['Host: a, b', 'a list'],
  ['Host: user@studio', 'a user: some read what is after it, some before'],
  ['Host: studio/x', 'a path'],
  ['Host: studio?x', 'a query'],
  ['Host: studio#x', 'a fragment'],
  ['Host: http://studio', 'an address'],
  ['Host: studio\\x', 'a backslash'],
  ['Host: [::1', 'an open bracket'],
  ['Host: ::1', 'IPv6 without brackets'],
  ['Host: studio:abc', 'a port that is no number'],
  ['Host: studio:123456', 'a port of six digits'],
  ['Host: studio:80:80', 'two ports'],
  ['Host: :8000', 'a port alone'],
  ['Host: stud\xefo', 'not ASCII'],
  ['Host: "studio"', 'quoted'],
  ['Host: <script>', 'markup that an error page would show'],
  ['Host : studio', 'a space before the colon'],
];

export const hostsAndMethods: readonly Row[] = [
  ...rowsFor(BAD_HOST, (host) => ({
    name: host === '' ? 'no Host' : host.replaceAll('\r\n', ', '),
    send: head('GET /api/health HTTP/1.1', [], host),
    replies: [400],
    connection: 'closed',
  })),
  ...rowsFor(
    BAD_HOST.filter((_row, index) => index % 4 === 0),
    (host) => ({
      name: `POST with ${host === '' ? 'no Host' : host.replaceAll('\r\n', ', ')}`,
      send: ({ key }) =>
        head(RUN, [`X-API-Key: ${key}`, `Content-Length: ${WORKFLOW.length}`], host) + WORKFLOW,
      replies: [400],
      connection: 'closed',
      mayBeCut: true,
    }),
  ),
  ...rowsFor(
    [
      ['Host: [::1]:8000', 'IPv6 with a port'],
      ['Host: studio.example:', 'an empty port is allowed (RFC 3986, 3.2.3)'],
      ['Host: a_b.example', 'an underscore, as in the names of containers'],
      ['host:studio', 'lower case and no space'],
      ['Host:   studio \t', 'white space around it'],
    ],
    (host) => ({ send: head('GET /api/health HTTP/1.1', [], host), replies: [200], connection: 'open' }),
  ),
  ...rowsFor(
    [
      ['BREW', 'no method'],
      ['get', 'methods are case-sensitive'],
      ['GETX', 'begins like one'],
      ['G(T', 'no token'],
      ['PROPFIND', "WebDAV's"],
      ['A'.repeat(3000), 'a long one'],
    ],
    (method) => ({
      send: ({ key }) => head(`${method} /api/auth/session HTTP/1.1`, [`X-API-Key: ${key}`]),
      replies: [501],
      connection: 'closed',
    }),
  ),
  ...rowsFor(
    [
      ['G\0T', 'a NUL in it'],
      ['G\xe9T', 'not ASCII'],
      ['G\tT', 'a tab in it'],
      ['', 'none'],
    ],
    (method) => ({
      name: `method "${method}"`,
      send: head(`${method} /api/health HTTP/1.1`),
      replies: [[400, 501, 505]],
      connection: 'closed',
    }),
  ),
  ...rowsFor(
    [
      ['TRACE', 'it would echo the cookie'],
      ['OPTIONS', 'a preflight: there is nothing to allow'],
      ['PUT', 'not on this path'],
      ['DELETE', 'not on this path'],
      ['PATCH', 'not on this path'],
    ],
    (method) => ({
      name: `${method} on a public path`,
      send: head(`${method} /api/health HTTP/1.1`, ['Cookie: session=marked']),
      replies: [405],
      connection: 'open',
      body: /^\{"detail":"Method not allowed here, only GET, HEAD"\}$/,
    }),
  ),
  {
    name: 'TRACE on a private path',
    why: 'denied before it is 405',
    send: head('TRACE /api/auth/session HTTP/1.1'),
    replies: [401],
    connection: 'closed',
  },
];
