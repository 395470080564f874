import { cases, get, type HttpCase, instead, post, refused, served, servedLast } from './http-case.ts';

const SAME_AS_NONE =
  'says the same of an empty header as of none, unless all lines are walked, which a GET is spared; both then have no body';

const length = (value: string, body = 'abc') => post(`Content-Length: ${value}\r\n`, body);
const CHUNKS = '3\r\nabc\r\n0\r\n\r\n';
const coding = (value: string) => post(`Transfer-Encoding: ${value}\r\n`, CHUNKS);
const small = (fields: string, body: string) => `POST /small HTTP/1.1\r\nHost: x\r\n${fields}\r\n${body}`;

export const lengthCases: readonly HttpCase[] = [
  ...cases('6.2', [
    ['as many bytes as declared are the body', length('3'), served('POST /echo abc')],
    ['a length of 0 is no body', length('0', ''), served('POST /echo')],
    ['leading zeros are digits', length('003'), served('POST /echo abc')],
    ['15 digits are read', length('000000000000003'), served('POST /echo abc')],
    ['more than 15 digits are refused, whatever they say', length('0000000000000003'), refused(400)],
    ['white space around the digits is no part of them', length('\t3 \t'), served('POST /echo abc')],
    ['the name is read in any case', post('CONTENT-LENGTH: 3\r\n', 'abc'), served('POST /echo abc')],
    [
      "the body of a GET is nobody's: the answer closes",
      `${get('Content-Length: 3\r\n')}abc`,
      servedLast('GET /a'),
    ],
    ['what comes after the body is not part of it', length('3', 'abcGET'), served('POST /echo abc')],
  ]),
  ...cases('6.3', [
    ['neither length nor coding is no body', post(''), served('POST /echo')],
    ['an empty length is refused', length(''), refused(400)],
    [
      'an empty length of a GET is refused',
      get('Content-Length:\r\n'),
      refused(400),
      instead(SAME_AS_NONE, served('GET /a')),
    ],
    ['a plus sign is refused', length('+3'), refused(400)],
    ['a minus sign is refused', length('-3'), refused(400)],
    ['minus zero is refused', length('-0'), refused(400)],
    ['a hexadecimal length is refused', length('0x3'), refused(400)],
    ['a fraction is refused', length('3.0'), refused(400)],
    ['an exponent is refused', length('3e0'), refused(400)],
    ['an underscore is refused', length('1_0', '0123456789'), refused(400)],
    ['a word is refused', length('abc'), refused(400)],
    ['a quoted length is refused', length('"3"'), refused(400)],
    ['a length with a parameter is refused', length('3;a=b'), refused(400)],
    ['a space within is refused', length('3 3'), refused(400)],
    ['a digit that is not ASCII is refused', length('\xef\xbc\x93'), refused(400)],
    ['a vertical tab is not white space', length('\x0b3'), refused(400)],
    ['a list of equal lengths is refused', length('3, 3'), refused(400)],
    ['a list of differing lengths is refused', length('3, 4'), refused(400)],
    ['a list with an empty member is refused', length('3,'), refused(400)],
    [
      'two equal lengths are refused',
      post('Content-Length: 3\r\nContent-Length: 3\r\n', 'abc'),
      refused(400),
    ],
    [
      'two differing lengths are refused',
      post('Content-Length: 3\r\nContent-Length: 2\r\n', 'abc'),
      refused(400),
    ],
    [
      'the shorter of two lengths first changes nothing',
      post('Content-Length: 2\r\nContent-Length: 3\r\n', 'abc'),
      refused(400),
    ],
    [
      'two lengths of a GET are refused',
      `${get('Content-Length: 3\r\nContent-Length: 3\r\n')}abc`,
      refused(400),
    ],
    ['a bad length of a GET is refused', `${get('Content-Length: +3\r\n')}abc`, refused(400)],
    ['a length of 20 digits is refused', length('99999999999999999999'), refused(400)],
    ['a length that is 3 beyond 64 bits is refused', length('18446744073709551619'), refused(400)],
    ['a length that is 3 beyond 32 bits is not 3', length('4294967299'), refused(413)],
    ['a length over the limit is refused before the body', small('Content-Length: 11\r\n', ''), refused(413)],
    [
      'a length at the limit is served',
      small('Content-Length: 10\r\n', '0123456789'),
      served('POST /small 0123456789'),
    ],
  ]),
];

export const codingCases: readonly HttpCase[] = [
  ...cases('6.1', [
    ['a chunked body is put together', coding('chunked'), servedLast('POST /echo abc')],
    [
      'a GET may have a chunked body',
      `${get('Transfer-Encoding: chunked\r\n')}${CHUNKS}`,
      servedLast('GET /a'),
    ],
    ['a coding in another case is refused', coding('Chunked'), refused(400)],
    ['an unknown coding is refused', coding('xchunked'), refused(400, 501)],
    ['gzip alone is refused', coding('gzip'), refused(400, 501)],
    ['gzip before chunked is refused', coding('gzip, chunked'), refused(400, 501)],
    ['gzip after chunked is refused', coding('chunked, gzip'), refused(400, 501)],
    ['chunked twice is refused', coding('chunked, chunked'), refused(400)],
    [
      'chunked on two lines is refused',
      post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', CHUNKS),
      refused(400),
    ],
    [
      'codings on two lines are refused',
      post('Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n', CHUNKS),
      refused(400, 501),
    ],
    ['identity is no coding any more', coding('identity'), refused(400, 501)],
    ['an empty coding is refused', coding(''), refused(400)],
    [
      'an empty coding of a GET is refused',
      get('Transfer-Encoding:\r\n'),
      refused(400),
      instead(SAME_AS_NONE, served('GET /a')),
    ],
    ['an unknown coding of a GET is refused', get('Transfer-Encoding: gzip\r\n'), refused(400, 501)],
    ['an empty list member is refused', coding(',chunked'), refused(400)],
    ['a quoted coding is refused', coding('"chunked"'), refused(400, 501)],
    ['a parameter of chunked is refused', coding('chunked;q=1'), refused(400, 501)],
    ['a vertical tab before chunked is refused', coding('\x0bchunked'), refused(400)],
    ['a NUL after chunked is refused', coding('chunked\0'), refused(400)],
    [
      'chunked in HTTP/1.0 is refused',
      `POST /echo HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`,
      refused(400, 505),
    ],
  ]),
  ...cases('6.3', [
    [
      'a coding before a length is refused',
      post('Transfer-Encoding: chunked\r\nContent-Length: 3\r\n', CHUNKS),
      refused(400),
    ],
    [
      'a length before a coding is refused',
      post('Content-Length: 3\r\nTransfer-Encoding: chunked\r\n', CHUNKS),
      refused(400),
    ],
    [
      'identity with a length is refused',
      post('Transfer-Encoding: identity\r\nContent-Length: 3\r\n', 'abc'),
      refused(400),
    ],
    [
      'an empty coding with a length is refused',
      post('Transfer-Encoding:\r\nContent-Length: 3\r\n', 'abc'),
      refused(400),
    ],
    [
      'a coding with an empty length is refused',
      post('Transfer-Encoding: chunked\r\nContent-Length:\r\n', CHUNKS),
      refused(400),
    ],
  ]),
];
