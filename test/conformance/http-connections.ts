import {
  answered,
  cases,
  get,
  type HttpCase,
  instead,
  line,
  NEXT,
  post,
  refused,
  served,
  servedLast,
  WAITS,
} from './http-case.ts';

const BY_LENGTH =
  'closes when the value of Connection is five bytes long, whatever they say, and at no other';
const SILENT = 'closes as asked, but does not say so in the answer';
const FORGETS = 'forgets a close that was asked for when the next request came in the same packet';
const IN_TURN = 'closes the connection when the next request arrives before this one is answered';
const LOSES =
  'loses the answers it had not sent when it cannot read what follows, and says 505 where 400 is meant';
const LOWER_CASE = 'reads 100-continue in lower case only';
const ONLY_1_1 = 'speaks HTTP/1.1 and no other 1.x';

const silently = (...ran: string[]) => instead(SILENT, { ...served(...ran), connection: 'cut' });
const LENGTH = 'Content-Length: 3\r\n';

export const connectionCases: readonly HttpCase[] = [
  ...cases('9.3', [
    ['a connection stays open', get(), served('GET /a')],
    ['keep-alive changes nothing', get('Connection: keep-alive\r\n'), served('GET /a')],
    ['an empty Connection changes nothing', get('Connection:\r\n'), served('GET /a')],
    [
      'an unknown option changes nothing',
      get('Connection: abcde\r\n'),
      served('GET /a'),
      instead(BY_LENGTH, { ...served('GET /a'), connection: 'cut' }),
    ],
    ['a longer unknown option changes nothing', get('Connection: closed\r\n'), served('GET /a')],
  ]),
  ...cases('9.3.2', [
    ['three requests are answered in order', `${NEXT}${get()}${NEXT}`, served('GET /b', 'GET /a', 'GET /b')],
    [
      'a request with a body does not hold up the next',
      `${post(LENGTH, 'abc')}${NEXT}`,
      served('POST /echo abc', 'GET /b'),
    ],
    [
      'a request with an empty body does not hold up the next',
      `${post('')}${NEXT}`,
      served('POST /echo', 'GET /b'),
    ],
    [
      'a request that comes before the answer to the last one waits its turn',
      `${line('GET /late HTTP/1.1')}${NEXT}`,
      served('GET /late', 'GET /b'),
      instead(IN_TURN, { statuses: [], connection: 'cut', ran: ['GET /late'] }),
    ],
    [
      'what comes after a request is refused for itself',
      `${get()}this is no request line\r\n\r\n`,
      { statuses: [200, 400], connection: 'closed', ran: ['GET /a'] },
      instead(LOSES, {
        statuses: [505],
        connection: 'closed',
        ran: ['GET /a'],
      }),
    ],
    [
      'nothing runs after a request that was refused',
      `${get('Content-Length: +1\r\n')}${NEXT}`,
      refused(400),
    ],
    [
      'nothing runs after a target that was refused',
      `${line('GET /a#x HTTP/1.1')}${NEXT}`,
      refused(400),
      instead(IN_TURN, { statuses: [], connection: 'cut', ran: [] }),
    ],
    [
      'nothing runs after a body that was refused',
      `POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n${NEXT}`,
      refused(413),
    ],
  ]),
  ...cases('9.6', [
    ['close closes', get('Connection: close\r\n'), servedLast('GET /a'), silently('GET /a')],
    ['close is read in any case', get('Connection: CLOSE\r\n'), servedLast('GET /a'), silently('GET /a')],
    [
      'close closes after a body',
      post(`Connection: close\r\n${LENGTH}`, 'abc'),
      servedLast('POST /echo abc'),
      silently('POST /echo abc'),
    ],
    [
      'close closes after HEAD',
      get('Connection: close\r\n', 'HEAD /a HTTP/1.1'),
      servedLast('HEAD /a'),
      silently('HEAD /a'),
    ],
    [
      'close among other options closes',
      get('Connection: x-option, close\r\n'),
      servedLast('GET /a'),
      instead(BY_LENGTH, served('GET /a')),
    ],
    [
      'close on a second line closes',
      get('Connection: x-option\r\nConnection: close\r\n'),
      servedLast('GET /a'),
      instead(BY_LENGTH, served('GET /a')),
    ],
    [
      'nothing runs after close',
      `${get('Connection: close\r\n')}${NEXT}`,
      servedLast('GET /a'),
      instead(FORGETS, served('GET /a', 'GET /b')),
    ],
    [
      'nothing runs after close and a body',
      `${post(`Connection: close\r\n${LENGTH}`, 'abc')}${NEXT}`,
      servedLast('POST /echo abc'),
      instead(FORGETS, served('POST /echo abc', 'GET /b')),
    ],
  ]),
  ...cases('RFC 9110, 7.8', [
    [
      'an unknown protocol is not upgraded to',
      get('Connection: Upgrade\r\nUpgrade: h2c\r\n'),
      served('GET /a'),
    ],
    [
      'a path that is no WebSocket is not upgraded',
      get('Connection: Upgrade\r\nUpgrade: websocket\r\n'),
      served('GET /a'),
    ],
  ]),
  ...cases('RFC 9110, 10.1.1', [
    [
      'a client that waits for 100 gets it',
      post(`Expect: 100-continue\r\n${LENGTH}`),
      { statuses: [100], connection: 'open', ran: [] },
    ],
    [
      'the expectation is read in any case',
      post(`Expect: 100-Continue\r\n${LENGTH}`),
      { statuses: [100], connection: 'open', ran: [] },
      instead(LOWER_CASE, WAITS),
    ],
    [
      'a client that sends its body at once is answered',
      post(`Expect: 100-continue\r\n${LENGTH}`, 'abc'),
      { statuses: [100, 200], connection: 'open', ran: ['POST /echo abc'] },
    ],
    [
      'a client whose body is too large gets its answer without sending it',
      'POST /small HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n',
      { statuses: [100, 413], connection: 'closed', ran: [] },
    ],
    [
      'another expectation is met or refused',
      post(`Expect: a-reply\r\n${LENGTH}`, 'abc'),
      served('POST /echo abc'),
    ],
    [
      'HTTP/1.0 knows no 100',
      `POST /echo HTTP/1.0\r\nHost: x\r\nExpect: 100-continue\r\n${LENGTH}\r\nabc`,
      servedLast('POST /echo abc'),
      instead(ONLY_1_1, refused(505)),
    ],
  ]),
  ...cases('6.3', [
    ['HEAD has no body', line('HEAD /a HTTP/1.1'), served('HEAD /a')],
    ['HEAD has none when the answer is late', line('HEAD /late HTTP/1.1'), served('HEAD /late')],
    ['HEAD has none when it is refused', line('HEAD /a#x HTTP/1.1'), refused(400)],
    ['HEAD has none on a path of POST', line('HEAD /echo HTTP/1.1'), answered(405)],
    ['HEAD has none on a path for others', line('HEAD /private HTTP/1.1'), answered(401)],
    ['HEAD with a body has none', `${get(LENGTH, 'HEAD /a HTTP/1.1')}abc`, servedLast('HEAD /a')],
    [
      'HEAD is followed by the next answer at once',
      `${line('HEAD /a HTTP/1.1')}${NEXT}`,
      served('HEAD /a', 'GET /b'),
    ],
    ['204 has no body', line('GET /nothing HTTP/1.1'), { ...served('GET /nothing'), statuses: [204] }],
    [
      '204 to HEAD has no body',
      line('HEAD /nothing HTTP/1.1'),
      { ...served('HEAD /nothing'), statuses: [204] },
    ],
    [
      '204 is followed by the next answer at once',
      `${line('GET /nothing HTTP/1.1')}${NEXT}`,
      { ...served('GET /nothing', 'GET /b'), statuses: [204, 200] },
    ],
    ['304 has no body', line('GET /unchanged HTTP/1.1'), { ...served('GET /unchanged'), statuses: [304] }],
    [
      '304 is followed by the next answer at once',
      `${line('GET /unchanged HTTP/1.1')}${NEXT}`,
      { ...served('GET /unchanged', 'GET /b'), statuses: [304, 200] },
    ],
  ]),
];
