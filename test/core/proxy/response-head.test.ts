import t from 'tap';
import { BadAnswer, parseResponseHead } from '../../../core/proxy/response-head.ts';

const OK = 'HTTP/1.1 200 OK';
const head = (...lines: string[]) => [OK, ...lines].join('\r\n');

t.test('status, header lines and what ends the body (RFC 9112, 6.3)', async (t) => {
  const rows: readonly [string, string, object][] = [
    [head('Content-Length: 5'), 'GET', { status: 200, framing: 5, length: 5, persistent: true }],
    [head('Content-Length: 0'), 'GET', { framing: 0, persistent: true }],
    [head('Transfer-Encoding: chunked'), 'GET', { framing: 'chunked', length: null, persistent: true }],
    [head('transfer-encoding: Chunked'), 'POST', { framing: 'chunked' }],
    [head(), 'GET', { framing: 'close', length: null, persistent: false }],
    [head('Content-Length: 5'), 'HEAD', { framing: 'none', length: 5, persistent: true }],
    [head('Transfer-Encoding: chunked'), 'HEAD', { framing: 'none', persistent: true }],
    ['HTTP/1.1 204 No Content', 'GET', { status: 204, framing: 'none', persistent: true }],
    ['HTTP/1.1 304', 'GET', { status: 304, framing: 'none' }],
    ['HTTP/1.1 304 Not Modified\r\nContent-Length: 9', 'GET', { framing: 'none', length: 9 }],
    ['HTTP/1.1 100 Continue', 'GET', { status: 100, framing: 'none' }],
    [head('Connection: close', 'Content-Length: 1'), 'GET', { persistent: false }],
    [head('Connection: x, Close', 'Content-Length: 1'), 'GET', { persistent: false }],
    [head('Connection: closed', 'Content-Length: 1'), 'GET', { persistent: true }],
    ['HTTP/1.0 200 OK\r\nContent-Length: 1', 'GET', { framing: 1, persistent: false }],
    ['HTTP/1.1 999 \xe9\x80', 'GET', { status: 999 }],
  ];
  for (const [text, method, expected] of rows) t.match(parseResponseHead(text, method), expected, text);
});

t.test('a value keeps its bytes, but for the white space around it', async (t) => {
  const { fields } = parseResponseHead(
    head('X-A:  a \t b\xff\t ', 'x-b:', 'X-A: c', 'Content-Length: 0'),
    'GET',
  );
  t.same(fields.slice(0, 3), [
    { name: 'X-A', key: 'x-a', value: 'a \t b\xff' },
    { name: 'x-b', key: 'x-b', value: '' },
    { name: 'X-A', key: 'x-a', value: 'c' },
  ]);
});

t.test('what two readers could read in two ways is refused', async (t) => {
  const rows: readonly (readonly [string, string])[] = [
    ['an old version', 'HTTP/0.9 200 OK'],
    ['a newer version', 'HTTP/2.0 200 OK'],
    ['another protocol', 'ICY 200 OK'],
    ['a lower-case protocol', 'http/1.1 200 OK'],
    ['two spaces', 'HTTP/1.1  200 OK'],
    ['a status of two digits', 'HTTP/1.1 20 OK'],
    ['a status of four digits', 'HTTP/1.1 2000 OK'],
    ['a status of letters', 'HTTP/1.1 abc OK'],
    ['a status below 100', 'HTTP/1.1 099 OK'],
    ['no status line', ''],
    ['an empty line first', `\r\n${OK}`],
    ['differing lengths', head('Content-Length: 5', 'Content-Length: 6')],
    ['the same length twice', head('Content-Length: 5', 'Content-Length: 5')],
    ['a list of lengths', head('Content-Length: 5, 5')],
    ['a signed length', head('Content-Length: +5')],
    ['a negative length', head('Content-Length: -5')],
    ['a hexadecimal length', head('Content-Length: 0x5')],
    ['an empty length', head('Content-Length:')],
    ['a length beyond numbers', head('Content-Length: 9999999999999999')],
    ['length and coding', head('Content-Length: 5', 'Transfer-Encoding: chunked')],
    ['coding and length', head('Transfer-Encoding: chunked', 'Content-Length: 5')],
    ['another coding', head('Transfer-Encoding: gzip')],
    ['two codings', head('Transfer-Encoding: gzip, chunked')],
    ['chunked twice', head('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')],
    ['a coding that only looks like it', head('Transfer-Encoding: chunked\x0b')],
    ['chunked in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked'],
    ['obs-fold', head('X: a', ' b')],
    ['obs-fold with a tab', head('X: a', '\tb')],
    ['a space before the colon', head('Content-Length : 5')],
    ['a space in a name', head('Content Length: 5')],
    ['no colon', head('Content-Length')],
    ['no name', head(': 5')],
    ['an empty line among them', head('', 'X: y')],
    ['a bare line feed', head('X: a\nContent-Length: 5')],
    ['a bare carriage return', head('X: a\rContent-Length: 5')],
    ['NUL in a value', head('X: a\0b')],
    ['DEL in a value', head('X: a\x7fb')],
    ['NUL in the reason', 'HTTP/1.1 200 O\0K'],
    ['201 lines', head(...Array.from({ length: 201 }, (_, n) => `X-${n}: y`))],
  ];
  for (const [name, text] of rows) t.throws(() => parseResponseHead(text, 'GET'), BadAnswer, name);
});
