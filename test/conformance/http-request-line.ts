import {
  answered,
  cases,
  get,
  type HttpCase,
  instead,
  line,
  NEXT,
  refused,
  served,
  WAITS,
} from './http-case.ts';

const NOT_505 = 'says 505, as to another version, to every request line it cannot read; 400 is meant';
const ONLY_1_1 = 'speaks HTTP/1.1 and no other 1.x';
const ONLY_PATHS = 'takes a target in origin-form only, and says 505 to the others';
const BARE_CR = 'waits for more after a CR without LF, until its idle timeout of 10 s ends the connection';
const EMPTY_LINE =
  'waits for more after an empty line before a request, until its idle timeout ends the connection';
const SHORT_LINE = 'takes a missing version for a target that goes on, and waits until its idle timeout';
const PROXY =
  'is built with the PROXY protocol and skips a preamble of its version 2; Studio ignores what it says';

const says505 = instead(NOT_505, refused(505));

export const requestLineCases: readonly HttpCase[] = [
  ...cases('3', [
    ['a request line of three parts is served', line('GET /a HTTP/1.1'), served('GET /a')],
    ['two spaces before the target are refused', line('GET  /a HTTP/1.1'), refused(400), says505],
    ['two spaces before the version are refused', line('GET /a  HTTP/1.1'), refused(400), says505],
    ['a tab before the target is refused', line('GET\t/a HTTP/1.1'), refused(400), says505],
    ['a tab before the version is refused', line('GET /a\tHTTP/1.1'), refused(400), says505],
    ['a leading space is refused', line(' GET /a HTTP/1.1'), refused(400), says505],
    ['a trailing space is refused', line('GET /a HTTP/1.1 '), refused(400), says505],
    ['a missing target is refused', line('GET HTTP/1.1'), refused(400), says505],
    ['an empty target is refused', line('GET  HTTP/1.1'), refused(400), says505],
    ['a space within the target is refused', line('GET /a b HTTP/1.1'), refused(400), says505],
    ['a vertical tab is not a space', line('GET\x0b/a HTTP/1.1'), refused(400), says505],
    ['a TLS hello is refused', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', refused(400), says505],
    ['a target of 8,000 bytes is served', line(`GET /a?${'x'.repeat(8000)} HTTP/1.1`), served('GET /a')],
    ['a target of 20,000 bytes is refused', line(`GET /a?${'x'.repeat(20000)} HTTP/1.1`), refused(414, 431)],
    ['a target of 70,000 bytes is refused', line(`GET /a?${'x'.repeat(70000)} HTTP/1.1`), refused(414, 431)],
  ]),
  ...cases('3.1', [
    ['a method in lower case is another method', line('get /a HTTP/1.1'), refused(405, 501)],
    ['a method in mixed case is another method', line('Get /a HTTP/1.1'), refused(405, 501)],
    ['an unknown method reaches no handler', line('BREW /a HTTP/1.1'), refused(405, 501)],
    ['a known method that the path does not have is 405', line('PATCH /a HTTP/1.1'), answered(405)],
    ['TRACE echoes nothing', line('TRACE /a HTTP/1.1'), answered(405)],
    ['a method longer than any is no method', line(`${'A'.repeat(300)} /a HTTP/1.1`), refused(405, 501)],
    ['a method that is not a token is refused', line('G(T /a HTTP/1.1'), refused(400, 501)],
    ['a control byte in the method is refused', line('G\x01T /a HTTP/1.1'), refused(400), says505],
    ['a NUL in the method is refused', line('G\0T /a HTTP/1.1'), refused(400), says505],
    ['an empty method is refused', line(' /a HTTP/1.1'), refused(400, 501)],
  ]),
  ...cases('3.2', [
    ['a fragment is not part of a target', line('GET /a#x HTTP/1.1'), refused(400)],
    ['raw UTF-8 in the path is refused', line('GET /a\xc3\xa9 HTTP/1.1'), refused(400)],
    ['raw UTF-8 in the query is refused', line('GET /a?\xc3\xa9 HTTP/1.1'), refused(400)],
    ['DEL in the target is refused', line('GET /a\x7f HTTP/1.1'), refused(400)],
    ['NUL in the target is refused', line('GET /a\0 HTTP/1.1'), refused(400), says505],
    ['a target without a slash is refused', line('GET a HTTP/1.1'), refused(400), says505],
    ['a backslash is not a slash', line('GET \\a HTTP/1.1'), refused(400), says505],
  ]),
  ...cases('3.2.2', [
    [
      'absolute-form is served',
      line('GET http://x/a HTTP/1.1'),
      served('GET /a'),
      instead(ONLY_PATHS, refused(505)),
    ],
  ]),
  ...cases('3.2.3', [
    [
      'authority-form is refused: this is no proxy',
      line('CONNECT x:80 HTTP/1.1'),
      refused(400, 405, 501),
      says505,
    ],
    ['authority-form is for CONNECT only', line('GET x:80 HTTP/1.1'), refused(400), says505],
    ['CONNECT with a path reaches no handler', line('CONNECT /a HTTP/1.1'), refused(400, 405, 501)],
  ]),
  ...cases('3.2.4', [
    [
      'OPTIONS * asks for the server as a whole',
      line('OPTIONS * HTTP/1.1'),
      answered(200, 204, 401, 405, 501),
      instead(ONLY_PATHS, refused(505)),
    ],
    ['asterisk-form is for OPTIONS only', line('GET * HTTP/1.1'), refused(400), says505],
  ]),
  ...cases('2.3', [
    ['no version is refused: HTTP/0.9 is not spoken', 'GET /a\r\n\r\n', refused(400, 505)],
    ['HTTP/0.9 on a line of its own is refused', 'GET /a\r\n', refused(400, 505)],
    ['no version, with headers, is refused', line('GET /a'), refused(400, 505), instead(SHORT_LINE, WAITS)],
    [
      'HTTP/1.0 is served and closed',
      line('GET /a HTTP/1.0'),
      { ...served('GET /a'), connection: 'closed' },
      instead(ONLY_1_1, refused(505)),
    ],
    ['HTTP/1.2 is served as 1.1', line('GET /a HTTP/1.2'), served('GET /a'), instead(ONLY_1_1, refused(505))],
    ['HTTP/1.9 is served as 1.1', line('GET /a HTTP/1.9'), served('GET /a'), instead(ONLY_1_1, refused(505))],
    ['HTTP/2.0 is another version', line('GET /a HTTP/2.0'), refused(505)],
    ['HTTP/0.0 is another version', line('GET /a HTTP/0.0'), refused(505)],
    ['the preface of HTTP/2 gets no further', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', refused(400, 505)],
    ['the name of the protocol is in upper case', line('GET /a http/1.1'), refused(400), says505],
    ['another protocol is refused', line('GET /a HTTPS/1.1'), refused(400), says505],
    ['a version has one digit on each side', line('GET /a HTTP/01.1'), refused(400), says505],
    ['a version ends after its second digit', line('GET /a HTTP/1.1x'), refused(400), says505],
    ['a version of three digits is refused', line('GET /a HTTP/1.10'), refused(400), says505],
    ['a version has a dot', line('GET /a HTTP/11'), refused(400), says505],
    ['a version has a second digit', line('GET /a HTTP/1.'), refused(400), says505],
    ['a version has no comma', line('GET /a HTTP/1,1'), refused(400), says505],
  ]),
  ...cases('2.2', [
    [
      'an empty line before a request is skipped',
      `\r\n${get()}`,
      served('GET /a'),
      instead(EMPTY_LINE, WAITS),
    ],
    [
      'an empty line between two requests is skipped',
      `${get()}\r\n${NEXT}`,
      served('GET /a', 'GET /b'),
      instead(EMPTY_LINE, served('GET /a')),
    ],
    ['an empty line alone is no request', '\r\n', WAITS],
    ['an LF alone before a request is refused', `\n${get()}`, refused(400), says505],
    [
      'a request line that ends in LF alone is refused',
      'GET /a HTTP/1.1\nHost: x\r\n\r\n',
      refused(400),
      says505,
    ],
    ['a request of LF line ends is refused', 'GET /a HTTP/1.1\nHost: x\n\n', refused(400), says505],
    [
      'a request line that ends in CR alone is refused',
      'GET /a HTTP/1.1\rHost: x\r\n\r\n',
      refused(400),
      says505,
    ],
    ['an LF within the target is refused', line('GET /a\nb HTTP/1.1'), refused(400), says505],
    ['a CR within the target is refused', line('GET /a\rb HTTP/1.1'), refused(400), instead(BARE_CR, WAITS)],
    [
      'a line of the PROXY protocol is no request',
      `PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n${get()}`,
      refused(400),
      says505,
    ],
    [
      'a preamble of the PROXY protocol is no request',
      `\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\x01\x02\x03\x04\x05\x06\x07\x08\x00\x01\x00\x02${get()}`,
      refused(400),
      instead(PROXY, served('GET /a')),
    ],
  ]),
];
