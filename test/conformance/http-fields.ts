import { cases, get, type HttpCase, instead, refused, served, WAITS } from './http-case.ts';

const BARE_CR = 'waits for more after a CR without LF, until its idle timeout of 10 s ends the connection';
const EMPTY_NAME =
  'takes a header line without a name and shows neither it nor any line after it, so that a length behind it is not seen';

const host = (value: string) => `GET /a HTTP/1.1\r\nHost:${value}\r\n\r\n`;
const field = (fieldLine: string) => get(`${fieldLine}\r\n`);

export const fieldCases: readonly HttpCase[] = [
  ...cases('3.2', [
    ['a request without Host is refused', 'GET /a HTTP/1.1\r\n\r\n', refused(400)],
    ['an empty Host is refused', host(''), refused(400)],
    ['a Host of spaces is refused', host('   '), refused(400)],
    ['two Hosts are refused', 'GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n', refused(400)],
    ['two equal Hosts are refused', 'GET /a HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n', refused(400)],
    [
      'two Hosts of different spelling are refused',
      'GET /a HTTP/1.1\r\nHost: x\r\nA: b\r\nhOST: x\r\n\r\n',
      refused(400),
    ],
    [
      'two Hosts are refused with a body too',
      'POST /echo HTTP/1.1\r\nHost: x\r\nHost: y\r\nContent-Length: 1\r\n\r\na',
      refused(400),
    ],
    ['a Host with a port is served', host(' x:8000'), served('GET /a')],
    ['a Host that is an IPv6 address is served', host(' [::1]:8000'), served('GET /a')],
    ['a Host that is an IPv4 address is served', host(' 192.0.2.1'), served('GET /a')],
    ['a Host with an empty port is served', host(' x:'), served('GET /a')],
    ['Host may stand last', 'GET /a HTTP/1.1\r\nA: b\r\nHost: x\r\n\r\n', served('GET /a')],
    ['a Host with a space within is refused', host(' a b'), refused(400)],
    ['a Host with a list is refused', host(' a, b'), refused(400)],
    ['a Host with a path is refused', host(' a/b'), refused(400)],
    ['a Host with a query is refused', host(' a?b'), refused(400)],
    ['a Host with a fragment is refused', host(' a#b'), refused(400)],
    ['a Host with a user is refused', host(' u@a'), refused(400)],
    ['a Host with a backslash is refused', host(' a\\b'), refused(400)],
    ['a Host with a port that is no number is refused', host(' a:b'), refused(400)],
    ['a Host with two ports is refused', host(' a:1:2'), refused(400)],
    ['a Host with raw UTF-8 is refused', host(' \xc3\xa9'), refused(400)],
    ['a Host with a tab within is refused', host(' a\tb'), refused(400)],
  ]),
  ...cases('5', [
    ['names are read in any case', 'GET /a HTTP/1.1\r\nhOsT: x\r\n\r\n', served('GET /a')],
    ['white space around a value is no part of it', host(' \t x \t'), served('GET /a')],
    ['white space before a value is optional', host('x'), served('GET /a')],
    ['a value may be empty', field('X-A:'), served('GET /a')],
    ['a line without a colon is refused', field('X-A'), refused(400)],
    ['a line without a name is refused', field(': b'), refused(400), instead(EMPTY_NAME, served('GET /a'))],
    ['a line of a colon alone is refused', field(':'), refused(400), instead(EMPTY_NAME, served('GET /a'))],
    [
      'a length behind a line without a name counts',
      'POST /echo HTTP/1.1\r\nHost: x\r\n: b\r\nContent-Length: 3\r\n\r\nabc',
      refused(400),
      instead(EMPTY_NAME, served('POST /echo')),
    ],
    ['50 lines are served', get('X-A: b\r\n'.repeat(50)), served('GET /a')],
    ['500 lines are refused', get('X-A: b\r\n'.repeat(500)), refused(431)],
  ]),
  ...cases('5.1', [
    ['a space before the colon is refused', field('X-A : b'), refused(400)],
    ['a tab before the colon is refused', field('X-A\t: b'), refused(400)],
    ['a space before the colon of Host is refused', 'GET /a HTTP/1.1\r\nHost : x\r\n\r\n', refused(400)],
    [
      'a space before the colon of Transfer-Encoding is refused',
      'POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
      refused(400),
    ],
    ['every byte of a token may be in a name', field("!#$%&'*+-.^_`|~09aZ: b"), served('GET /a')],
    ['a space within a name is refused', field('X A: b'), refused(400)],
    ['a bracket within a name is refused', field('X(A): b'), refused(400)],
    ['a slash within a name is refused', field('X/A: b'), refused(400)],
    ['an @ within a name is refused', field('X@A: b'), refused(400)],
    ['raw UTF-8 within a name is refused', field('X\xc3\xa9: b'), refused(400)],
    ['a NUL within a name is refused', field('X\0A: b'), refused(400)],
    ['a control byte within a name is refused', field('X\x01A: b'), refused(400)],
    ['DEL within a name is refused', field('X\x7fA: b'), refused(400)],
  ]),
  ...cases('5.2', [
    ['a line folded with a space is refused', field('X-A: b\r\n c'), refused(400)],
    ['a line folded with a tab is refused', field('X-A: b\r\n\tc'), refused(400)],
    ['a folded Content-Length is refused', get('Content-Length:\r\n 3\r\n'), refused(400)],
  ]),
  ...cases('2.2', [
    [
      'a space before the first header is refused',
      'GET /a HTTP/1.1\r\n X: y\r\nHost: x\r\n\r\n',
      refused(400),
    ],
    [
      'a tab before the first header is refused',
      'GET /a HTTP/1.1\r\n\tX: y\r\nHost: x\r\n\r\n',
      refused(400),
    ],
    ['a header that ends in LF alone is refused', field('X-A: b\nX-C: d'), refused(400)],
    [
      'a first header that ends in LF alone is refused',
      'GET /a HTTP/1.1\r\nX-A: b\nHost: x\r\n\r\n',
      refused(400),
    ],
    ['headers that end in LF alone are refused', 'GET /a HTTP/1.1\r\nHost: x\r\n\n', refused(400)],
    ['a last header that ends in LF alone is refused', 'GET /a HTTP/1.1\r\nHost: x\n\r\n', refused(400)],
    ['two CRs before the last LF are refused', 'GET /a HTTP/1.1\r\nHost: x\r\n\r\r\n', refused(400)],
    ['a CR within a value is refused', field('X-A: a\rb'), refused(400), instead(BARE_CR, WAITS)],
    ['two CRs before an LF are refused', field('X-A: a\r'), refused(400), instead(BARE_CR, WAITS)],
    ['a CR within a name is refused', field('X\rA: b'), refused(400)],
  ]),
  ...cases('RFC 9110, 5.5', [
    ['a NUL within a value is refused', field('X-A: a\0b'), refused(400)],
    ['a control byte within a value is refused', field('X-A: a\x01b'), refused(400)],
    ['an escape within a value is refused', field('X-A: a\x1bb'), refused(400)],
    ['a tab within a value is served', field('X-A: a\tb'), served('GET /a')],
    ['bytes above 0x7f within a value are served', field('X-A: \xc3\xa9\xff'), served('GET /a')],
    ['a value of 8,000 bytes is served', field(`X-A: ${'x'.repeat(8000)}`), served('GET /a')],
    ['a value of 20,000 bytes is refused', field(`X-A: ${'x'.repeat(20000)}`), refused(431)],
    ['a value of 65,000 bytes is refused', field(`X-A: ${'x'.repeat(65000)}`), refused(431)],
    ['a name of 20,000 bytes is refused', field(`${'x'.repeat(20000)}: a`), refused(431)],
  ]),
];
