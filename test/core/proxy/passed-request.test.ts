import t from 'tap';
import { HttpError } from '../../../core/http/http-error.ts';
import { passedRequestLines } from '../../../core/proxy/passed-request.ts';

const RULES = { isOwnAuthorization: (value: string) => value === 'Bearer ours', hasAuthorization: false };
const lines = (headers: Record<string, string>, rules = RULES) =>
  passedRequestLines({ headers: new Map(Object.entries(headers)) }, rules);

t.test('what ComfyUI must not see, or must not believe, is left out', async (t) => {
  const names = [
    'host connection keep-alive proxy-connection proxy-authorization te trailer transfer-encoding upgrade',
    'content-length expect x-api-key comfy-user origin forwarded x-real-ip',
    'x-forwarded-for x-forwarded-proto x-forwarded-host x-forwarded-anything',
    'sec-fetch-site sec-fetch-mode sec-fetch-dest sec-websocket-key',
  ];
  for (const name of names.join(' ').split(' ')) t.equal(lines({ [name]: 'x', a: 'b' }), 'a: b\r\n', name);
});

t.test('everything else goes on, in the bytes it came in', async (t) => {
  const headers = {
    accept: '*/*',
    'accept-encoding': 'gzip, br',
    range: 'bytes=0-1',
    'if-none-match': 'W/"a", "b"',
    'content-type': 'multipart/form-data; boundary="x;y"',
    'user-agent': 'grüß/1.0',
    referer: 'http://studio/comfyui/',
    'x-custom': '',
  };
  const expected = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  t.equal(lines(headers), expected.join(''));
});

t.test('of the cookies ours is left out, however it is written', async (t) => {
  const rows: readonly [string, string | null][] = [
    ['session=a', null],
    ['session=a; b=c', 'b=c'],
    ['b=c; session=a', 'b=c'],
    ['b=c;session=a;d="e"', 'b=c;d="e"'],
    ['session=a; session=b', null],
    ['b=c;  session = a', 'b=c'],
    ['b="x; session=a; y"', 'b="x; y"'],
    ['session', null],
    ['sessions=a; mysession=b; Session=c', 'sessions=a; mysession=b; Session=c'],
    ['b=session; c=d', 'b=session; c=d'],
    ['b=c', 'b=c'],
  ];
  for (const [sent, passed] of rows)
    t.equal(lines({ cookie: sent }), passed === null ? '' : `cookie: ${passed}\r\n`, sent);
});

t.test('Authorization goes on when it is meant for ComfyUI', async (t) => {
  t.equal(lines({ authorization: 'Bearer theirs' }), 'authorization: Bearer theirs\r\n');
  t.equal(lines({ authorization: 'Bearer ours' }), '');
  t.equal(lines({ authorization: 'Bearer theirs' }, { ...RULES, hasAuthorization: true }), '');
});

t.test('what Connection names is left out too, and nothing of ours with it', async (t) => {
  const rows: readonly [string, string][] = [
    ['close', 'x-a: 1\r\nx-b: 2\r\n'],
    ['keep-alive', 'x-a: 1\r\nx-b: 2\r\n'],
    ['X-A', 'x-b: 2\r\n'],
    ['close,  x-A , X-B', ''],
    ['host, x-api-key, cookie', 'x-a: 1\r\nx-b: 2\r\n'],
  ];
  for (const [connection, expected] of rows)
    t.equal(lines({ connection, 'x-a': '1', 'x-b': '2', 'x-api-key': 'k' }), expected, connection);
});

t.test(
  'a value with a control character is refused: somebody would read it as the end of a line',
  async (t) => {
    for (const value of ['a\nb: c', 'a\rb', 'a\0', 'a\x7f', 'a\r\nb: c'])
      t.throws(() => lines({ 'x-a': value }), HttpError, JSON.stringify(value));
    t.equal(lines({ 'x-a': 'a\tb' }), 'x-a: a\tb\r\n');
  },
);
