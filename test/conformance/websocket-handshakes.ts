import { KEY } from '../support/handler.ts';

/** The nonce of RFC 6455, 1.3; its answer is s3pPLMBiTxaQ9kYGzzhZRbK+xOo=. */
export const NONCE = 'dGhlIHNhbXBsZSBub25jZQ==';

export interface HandshakeCase {
  /** Of RFC 6455. */
  readonly section: string;
  readonly rule: string;
  readonly send: string;
  readonly status: 101 | 400 | 405 | 426 | 505;
}

const FIELDS = {
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Key': NONCE,
  'Sec-WebSocket-Version': '13',
} as const;

/** A handshake with the key; headers can be changed, left out (null) and added. */
export function handshake(
  changes: Readonly<Record<string, string | null>> = {},
  requestLine = 'GET /api/run/ws HTTP/1.1',
  more = '',
): string {
  const lines = Object.entries({ ...FIELDS, ...changes }).map(([name, value]) =>
    value === null ? '' : `${name}: ${value}\r\n`,
  );
  return `${requestLine}\r\nHost: x\r\nX-API-Key: ${KEY}\r\n${lines.join('')}${more}\r\n`;
}

const upgrade = (value: string | null) => handshake({ Upgrade: value });
const connection = (value: string | null) => handshake({ Connection: value });
const key = (value: string | null) => handshake({ 'Sec-WebSocket-Key': value });
const version = (value: string | null) => handshake({ 'Sec-WebSocket-Version': value });
const added = (line: string) => handshake({}, undefined, `${line}\r\n`);

type Row = readonly [rule: string, send: string, status: HandshakeCase['status']];

function cases(section: string, rows: readonly Row[]): HandshakeCase[] {
  return rows.map(([rule, send, status]) => ({ section, rule, send, status }));
}

export const handshakeCases: readonly HandshakeCase[] = [
  ...cases('4.2.1', [
    ['a complete handshake is accepted', handshake(), 101],
    ['Upgrade is read in any case', upgrade('WebSocket'), 101],
    ['Upgrade may name other protocols too', upgrade('foo, websocket'), 101],
    ['without Upgrade there is none', upgrade(null), 426],
    ['an empty Upgrade is none', upgrade(''), 426],
    ['Upgrade to another protocol is refused', upgrade('h2c'), 426],
    ['Upgrade to a longer name is refused', upgrade('websockets'), 426],
    ['two Upgrades are refused', added('Upgrade: websocket'), 400],
    ['Connection is read in any case', connection('UPGRADE'), 101],
    ['Connection may name other options too', connection('keep-alive, Upgrade'), 101],
    [
      'Connection on two lines is one list',
      handshake({ Connection: 'keep-alive' }, undefined, 'Connection: Upgrade\r\n'),
      101,
    ],
    ['without Connection there is none', connection(null), 426],
    ['Connection without Upgrade is none', connection('keep-alive'), 426],
    ['Connection with a longer option is none', connection('Upgraded'), 426],
    ['Connection: close is none', connection('close'), 426],
    ['without a key there is none', key(null), 426],
    ['an empty key is refused', key(''), 426],
    ['a key of 15 bytes is refused', key('AAAAAAAAAAAAAAAAAAAA'), 426],
    ['a key of 17 bytes is refused', key('AAAAAAAAAAAAAAAAAAAAAAA='), 400],
    ['a key of 18 bytes is refused', key('AAAAAAAAAAAAAAAAAAAAAAAA'), 400],
    ['a key without its padding is refused', key('AAAAAAAAAAAAAAAAAAAAAA'), 426],
    ['a key with something behind it is refused', key(`${NONCE}A`), 426],
    ['a key that is not base64 is refused', key('!!!!!!!!!!!!!!!!!!!!!!=='), 400],
    ['a key in the alphabet of URLs is refused', key('-_AAAAAAAAAAAAAAAAAAAA=='), 400],
    ['two keys are refused', added(`Sec-WebSocket-Key: ${NONCE}`), 400],
    ['HTTP/1.0 cannot upgrade', handshake({}, 'GET /api/run/ws HTTP/1.0'), 505],
    ['POST cannot upgrade', handshake({}, 'POST /api/run/ws HTTP/1.1', 'Content-Length: 0\r\n'), 405],
    ['without a Host there is none', handshake().replace('Host: x\r\n', ''), 400],
    ['a handshake with a length of 0 is accepted', added('Content-Length: 0'), 101],
    ['a handshake with a body is refused', `${added('Content-Length: 5')}hello`, 400],
    ['a handshake with a chunked body is refused', `${added('Transfer-Encoding: chunked')}0\r\n\r\n`, 400],
  ]),
  ...cases('4.4', [
    ['without a version there is none', version(null), 426],
    ['version 8 is refused and 13 offered', version('8'), 426],
    ['version 0 is refused and 13 offered', version('0'), 426],
    ['version 14 is refused and 13 offered', version('14'), 426],
    ['a list of versions is refused', version('13, 8'), 426],
    ['a version has no leading zero', version('013'), 426],
    ['a version has no fraction', version('13.0'), 426],
    ['two versions are refused', added('Sec-WebSocket-Version: 8'), 426],
  ]),
  ...cases('4.2.2', [
    ['an extension that is offered is not taken', added('Sec-WebSocket-Extensions: permessage-deflate'), 101],
    [
      'extensions with parameters are not taken',
      added('Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=15, x'),
      101,
    ],
    ['what is no list of extensions is not taken', added('Sec-WebSocket-Extensions: ;;,'), 101],
    ['a subprotocol that is offered is not chosen', added('Sec-WebSocket-Protocol: chat'), 101],
    ['of two subprotocols none is chosen', added('Sec-WebSocket-Protocol: chat, superchat'), 101],
  ]),
];
