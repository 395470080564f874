import { cases, type HttpCase, instead, NEXT, post, refused, servedLast, WAITS } from './http-case.ts';

const EXTENSION = 'reads a chunk extension as more digits of the size';
const DIGITS = 'takes `g`, and the bytes between 9 and A, for digits of a chunk size';
const REST_OF_LINE = 'skips whatever stands between a chunk size and the next LF';
const NO_SIZE = 'takes a missing chunk size for 0, which ends the body';
const TWO_BYTES = 'skips the two bytes after a chunk, and after the last one, whatever they are';
const LAST_LINE = 'takes a body for whole at its last chunk, before the line that ends it';
const TRAILERS = 'knows no trailers: it takes them for the next request, and closes the connection';
const IN_TURN = 'closes the connection when the next request arrives before this one is answered';

const chunked = (body: string) => post('Transfer-Encoding: chunked\r\n', body);
const small = (body: string) =>
  `POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${body}`;
const size = (text: string) => chunked(`${text}\r\nabc\r\n0\r\n\r\n`);

const abc = servedLast('POST /echo abc');
const takesIt = (reason: string) => instead(reason, abc);
const waits = (reason: string) => instead(reason, WAITS);
const endsEarly = (reason: string) => instead(reason, servedLast('POST /echo'));

export const chunkCases: readonly HttpCase[] = [
  ...cases('7.1', [
    ['chunks are put together', chunked('3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n'), servedLast('POST /echo abcde')],
    ['the last chunk alone is an empty body', chunked('0\r\n\r\n'), servedLast('POST /echo')],
    [
      'a size in upper case is hexadecimal',
      chunked('A\r\n0123456789\r\n0\r\n\r\n'),
      servedLast('POST /echo 0123456789'),
    ],
    [
      'a size in lower case is hexadecimal',
      chunked('a\r\n0123456789\r\n0\r\n\r\n'),
      servedLast('POST /echo 0123456789'),
    ],
    [
      'a size of two digits is read',
      chunked('0b\r\n0123456789a\r\n0\r\n\r\n'),
      servedLast('POST /echo 0123456789a'),
    ],
    ['leading zeros are digits', size('0003'), abc],
    ['many leading zeros are digits', size(`${'0'.repeat(30)}3`), abc],
    ['the last chunk may have several zeros', chunked('3\r\nabc\r\n0000\r\n\r\n'), abc],
    [
      'data may look like a chunk',
      chunked('5\r\n0\r\n\r\n\r\n0\r\n\r\n'),
      servedLast('POST /echo 0\r\n\r\n'),
    ],
    [
      'a body within the limit is served',
      small('a\r\n0123456789\r\n0\r\n\r\n'),
      servedLast('POST /small 0123456789'),
    ],
    ['one byte over the limit is refused', small('b\r\n0123456789a\r\n0\r\n\r\n'), refused(413)],
    [
      'chunks that are too much together are refused',
      small('6\r\nabcdef\r\n6\r\nabcdef\r\n0\r\n\r\n'),
      refused(413),
    ],
    ['chunks without end are refused at the limit', small('6\r\nabcdef\r\n'.repeat(1000)), refused(413)],
    ['a size beyond 64 bits is refused', size('10000000000000003'), refused(400)],
    ['the largest size of 64 bits is refused', size('FFFFFFFFFFFFFFFF'), refused(400)],
    ['a size that is 3 beyond 32 bits is not 3', size('100000003'), WAITS],
    ['a negative size is refused', size('-3'), refused(400)],
    ['a plus sign is refused', size('+3'), refused(400)],
    ['0x is refused', size('0x3'), refused(400)],
    ['a size that is no digit is refused', size('g'), refused(400), waits(DIGITS)],
    ['a size that ends in another letter is refused', size('3g'), refused(400), waits(DIGITS)],
    ['a colon is no digit', size('3:'), refused(400), waits(DIGITS)],
    ['a missing size is refused', size(''), refused(400), endsEarly(NO_SIZE)],
    ['a space before the size is refused', size(' 3'), refused(400), endsEarly(NO_SIZE)],
    ['a NUL after the size is refused', size('3\0'), refused(400), takesIt(REST_OF_LINE)],
    ['a second number after the size is refused', size('3 4'), refused(400), takesIt(REST_OF_LINE)],
    [
      'a size that ends in LF alone is refused',
      chunked('3\nabc\r\n0\r\n\r\n'),
      refused(400),
      takesIt(REST_OF_LINE),
    ],
    [
      'a size that ends in CR alone is refused',
      chunked('3\rabc\r\n0\r\n\r\n'),
      refused(400),
      waits(REST_OF_LINE),
    ],
    ['two CRs after the size are refused', size('3\r'), refused(400), takesIt(REST_OF_LINE)],
    ['data without a line end is refused', chunked('3\r\nabc0\r\n\r\n'), refused(400), takesIt(TWO_BYTES)],
    [
      'data that ends in LF alone is refused',
      chunked('3\r\nabc\n0\r\n\r\n'),
      refused(400),
      takesIt(TWO_BYTES),
    ],
    [
      'data that ends in other bytes is refused',
      chunked('3\r\nabcXX0\r\n\r\n'),
      refused(400),
      takesIt(TWO_BYTES),
    ],
    [
      'data longer than its size is refused',
      chunked('3\r\nabcd\r\n0\r\n\r\n'),
      refused(400),
      takesIt(TWO_BYTES),
    ],
    [
      'data shorter than its size is refused',
      chunked('4\r\nabc\r\n0\r\n\r\n'),
      refused(400),
      instead(TWO_BYTES, servedLast('POST /echo abc\r')),
    ],
    [
      'a last chunk that ends in LF alone is refused',
      chunked('3\r\nabc\r\n0\n\n'),
      refused(400),
      takesIt(TWO_BYTES),
    ],
    [
      'a body that ends in LF alone is refused',
      chunked('3\r\nabc\r\n0\r\n\n'),
      refused(400),
      takesIt(TWO_BYTES),
    ],
    [
      'a body that ends in other bytes is refused',
      chunked('3\r\nabc\r\n0\r\nXX'),
      refused(400),
      takesIt(TWO_BYTES),
    ],
    ['a body without its last chunk is not finished', chunked('3\r\nabc\r\n'), WAITS],
    ['a body without its last line is not finished', chunked('3\r\nabc\r\n0\r\n'), WAITS, takesIt(LAST_LINE)],
  ]),
  ...cases('7.1.1', [
    ['white space before an extension is no part of it', size('3 ; a'), abc],
    ['an extension is skipped', size('3;a=b'), abc, waits(EXTENSION)],
    ['an extension of the last chunk is skipped', chunked('3\r\nabc\r\n0;a\r\n\r\n'), abc, waits(EXTENSION)],
    ['a quoted extension is skipped', size('3;a="b;c"'), abc, instead(EXTENSION, refused(400))],
    ['an extension without a size is refused', size(';a'), refused(400), waits(EXTENSION)],
    ['an extension with a CR is refused', size('3;a\rb'), refused(400), waits(EXTENSION)],
    [
      'an extension that ends in LF alone is refused',
      chunked('3;a\nabc\r\n0\r\n\r\n'),
      refused(400),
      waits(EXTENSION),
    ],
    ['an extension of 5,000 bytes is refused', size(`3;${'a'.repeat(5000)}`), refused(400, 413, 431)],
  ]),
  ...cases('7.1.2', [
    [
      'trailers are skipped',
      chunked('3\r\nabc\r\n0\r\nX-T: a\r\n\r\n'),
      abc,
      instead(TRAILERS, refused(505)),
    ],
    [
      'a length in the trailers is no length',
      chunked('3\r\nabc\r\n0\r\nContent-Length: 5\r\n\r\n'),
      abc,
      instead(TRAILERS, refused(505)),
    ],
    [
      'trailers that are no headers are refused',
      chunked('3\r\nabc\r\n0\r\nX-T\r\n\r\n'),
      refused(400),
      takesIt(TRAILERS),
    ],
  ]),
  ...cases('9.3.2', [
    [
      'a chunked request is answered though the next one came with it',
      chunked(`3\r\nabc\r\n0\r\n\r\n${NEXT}`),
      abc,
      instead(IN_TURN, { statuses: [], connection: 'cut', ran: [] }),
    ],
  ]),
];
