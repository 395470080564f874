import fc from 'fast-check';
import t from 'tap';
import { BadAnswer } from '../../../core/proxy/response-head.ts';
import { ResponseParser } from '../../../core/proxy/response-parser.ts';
import { holds } from '../../support/property.ts';

interface Read {
  readonly status: number | null;
  readonly body: string;
  readonly ended: boolean;
  readonly refused: boolean;
}

/** What a parser makes of pieces that come one after the other, and then of the connection's end. */
function read(pieces: readonly string[], method = 'GET', eof = false): Read {
  let status: number | null = null;
  let body = '';
  let ended = false;
  const parser = new ResponseParser({
    head(head) {
      status = head.status;
    },
    data(bytes) {
      body += bytes.toString('latin1');
    },
    end() {
      ended = true;
    },
  });
  parser.begin(method);
  try {
    for (const piece of pieces) parser.feed(Buffer.from(piece, 'latin1'));
    if (eof) parser.finish();
    return { status, body, ended, refused: false };
  } catch (error) {
    if (!(error instanceof BadAnswer)) throw error;
    return { status, body, ended, refused: true };
  }
}

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const INTERIM = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';

const GOOD: readonly (readonly [string, string, string, string, boolean])[] = [
  ['sized', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 'GET', 'hello', false],
  ['empty', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 'GET', '', false],
  ['chunked', `${CHUNKED}5\r\nhello\r\n00006;a=b\r\n world\r\n0\r\n\r\n`, 'GET', 'hello world', false],
  ['chunked, with trailers', `${CHUNKED}1\r\na\r\n0\r\nX: y\r\nContent-Length: 7\r\n\r\n`, 'GET', 'a', false],
  ['chunked, and nothing in it', `${CHUNKED}0\r\n\r\n`, 'GET', '', false],
  [
    'line breaks in chunks',
    `${CHUNKED}A\r\n\r\n0\r\n\r\n\r\n\r\r\n0\r\n\r\n`,
    'GET',
    '\r\n0\r\n\r\n\r\n\r',
    false,
  ],
  ['until the end', 'HTTP/1.1 200 OK\r\n\r\nhello', 'GET', 'hello', true],
  ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', 'HEAD', '', false],
  ['204', 'HTTP/1.1 204 No Content\r\n\r\n', 'GET', '', false],
  ['304', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', 'GET', '', false],
  ['interim answers', `${INTERIM}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`, 'GET', 'ok', false],
];

t.test('every kind of answer is read, whole', async (t) => {
  for (const [name, bytes, method, body, eof] of GOOD)
    t.match(read([bytes], method, eof), { body, ended: true, refused: false }, name);
});

const BAD: readonly (readonly [string, string])[] = [
  ['a size that is no number', `${CHUNKED}g\r\na\r\n0\r\n\r\n`],
  ['a size with a sign', `${CHUNKED}+1\r\na\r\n0\r\n\r\n`],
  ['a size with a prefix', `${CHUNKED}0x1\r\na\r\n0\r\n\r\n`],
  ['a size after a space', `${CHUNKED} 1\r\na\r\n0\r\n\r\n`],
  ['a size before a space', `${CHUNKED}1 \r\na\r\n0\r\n\r\n`],
  ['no size', `${CHUNKED}\r\na\r\n0\r\n\r\n`],
  ['a size beyond numbers', `${CHUNKED}10000000000000001\r\na\r\n0\r\n\r\n`],
  ['a bare line feed after a size', `${CHUNKED}1\na\r\n0\r\n\r\n`],
  ['a bare line feed after a chunk', `${CHUNKED}1\r\na\n0\r\n\r\n`],
  ['a chunk longer than its size', `${CHUNKED}1\r\nab\r\n0\r\n\r\n`],
  ['a chunk shorter than its size', `${CHUNKED}3\r\na\r\n0\r\n\r\n`],
  ['an endless extension', `${CHUNKED}1;${'x'.repeat(9000)}\r\na\r\n0\r\n\r\n`],
  ['an extension with a control character', `${CHUNKED}1;\x01\r\na\r\n0\r\n\r\n`],
  ['endless trailers', `${CHUNKED}0\r\n${'X: y\r\n'.repeat(2000)}\r\n`],
  ['a trailer that is none', `${CHUNKED}0\r\nX y\r\n\r\n`],
  ['a second answer', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'],
  ['a body after HEAD-like status', 'HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok'],
  ['a byte after the last chunk', `${CHUNKED}0\r\n\r\nx`],
  ['a protocol switch', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'],
  ['endless interim answers', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(40)],
  ['an endless head', `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(70_000)}\r\n\r\n`],
  ['line feeds only', `HTTP/1.1 200 OK\nContent-Length: 0\n\n${'x'.repeat(70_000)}`],
  ['an empty line first', '\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
];

t.test('what is not clean is refused', async (t) => {
  for (const [name, bytes] of BAD) t.ok(read([bytes]).refused, name);
});

t.test('an answer that breaks off is not taken for a whole one', async (t) => {
  for (const [name, bytes, method, , eof] of GOOD) {
    if (eof) continue;
    const lengths = Array.from({ length: bytes.length - 1 }, (_, index) => index + 1);
    const taken = lengths.filter((length) => !read([bytes.slice(0, length)], method, true).refused);
    t.same(taken, [], name);
  }
});

function split(bytes: string, cuts: readonly number[]): string[] {
  const places = [...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b);
  return [...places, bytes.length].map((end, index) => bytes.slice(places[index - 1] ?? 0, end));
}

t.test('any split of the bytes reads the same, be the answer good or bad', async (t) => {
  const answers = [...GOOD, ...BAD.map(([name, bytes]) => [name, bytes, 'GET', '', false] as const)].filter(
    ([, bytes]) => bytes.length < 1000,
  );
  for (const [name, bytes, method, , eof] of answers) {
    const whole = read([bytes], method, eof);
    t.same(read([...bytes], method, eof), whole, `${name}, byte by byte`);
    const property = fc.property(fc.array(fc.nat(1000), { maxLength: 8 }), (cuts) => {
      const parts = read(split(bytes, cuts), method, eof);
      return JSON.stringify(parts) === JSON.stringify(whole);
    });
    holds(t, `${name}, split anywhere`, property, 200);
  }
});
