import { closePayload, frame, OPCODES } from '../support/websocket-frames.ts';
import { alive, cases, closes, type FrameCase, fails, instead, PING_END } from './websocket-frame-case.ts';

const NOT_ECHOED = 'answers 1012 to 1014, and the codes from 3000 to 3999, with a Close that has no code';

const { text, continuation, ping, close } = OPCODES;
const open = { fin: false } as const;

const VALID = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 4000, 4001, 4999];
const NOT_TAKEN_BY_THE_LIBRARY = [1012, 1013, 1014, 3000, 3999];
const INVALID = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535];

const closing = (code: number, reason: string | Uint8Array = 'bye') =>
  frame(close, closePayload(code, reason));

export const closeCases: readonly FrameCase[] = [
  ...cases('5.5.1', [
    ['a close without a code is answered with one without', [frame(close)], closes('close')],
    ['a close of one byte has no code', [frame(close, '\x03')], fails(1002)],
    ['a reason is echoed', [closing(1000, 'done with it')], closes('close 1000 done with it')],
    [
      'a reason of 123 bytes is echoed',
      [closing(1000, 'r'.repeat(123))],
      closes(`close 1000 ${'r'.repeat(123)}`),
    ],
    ['a code without a reason is echoed', [closing(1000, '')], closes('close 1000')],
    [
      'what comes after a close is not read',
      [closing(1000), frame(text, 'x'), PING_END],
      closes('close 1000 bye'),
    ],
    ['a second close is not answered', [closing(1000), closing(1001)], closes('close 1000 bye')],
    [
      'garbage after a close is not read',
      [closing(1000), frame(15, 'x', { reserved: 7 })],
      closes('close 1000 bye'),
    ],
    [
      'what comes before a close is read',
      [frame(ping, 'last words'), closing(1000)],
      { frames: ['pong last words', 'close 1000 bye'], connection: 'closed' },
    ],
  ]),
  ...cases('7.4.1', [
    ...VALID.map((code) => [`code ${code} is echoed`, [closing(code)], closes(`close ${code} bye`)] as const),
    ...NOT_TAKEN_BY_THE_LIBRARY.map(
      (code) =>
        [
          `code ${code} is echoed`,
          [closing(code)],
          closes(`close ${code} bye`),
          instead(NOT_ECHOED, closes('close')),
        ] as const,
    ),
    ...INVALID.map(
      (code) => [`code ${code} may not be sent, and is not echoed`, [closing(code)], fails(1002)] as const,
    ),
  ]),
  ...cases('8.1', [
    ['a reason in UTF-8 is echoed', [closing(1000, 'é€😀')], closes('close 1000 é€😀')],
    ['a reason that is not UTF-8 is not echoed', [closing(1000, Buffer.from([0xff]))], fails(1007)],
    ['a reason that is cut off is not echoed', [closing(1000, Buffer.from([0x61, 0xe2, 0x82]))], fails(1007)],
  ]),
];

/** RFC 3629, 3 and 4, and Unicode's own table of well-formed sequences. */
const WELL_FORMED: Readonly<Record<string, readonly number[]>> = {
  'one byte': [0x61],
  NUL: [0x00],
  'the last of one byte': [0x7f],
  'the first of two bytes': [0xc2, 0x80],
  'the last of two bytes': [0xdf, 0xbf],
  'the first of three bytes': [0xe0, 0xa0, 0x80],
  'the last before the surrogates': [0xed, 0x9f, 0xbf],
  'the first after the surrogates': [0xee, 0x80, 0x80],
  'a noncharacter': [0xef, 0xbf, 0xbe],
  'the first of four bytes': [0xf0, 0x90, 0x80, 0x80],
  'the last of all': [0xf4, 0x8f, 0xbf, 0xbf],
  'many of one byte, then three': [...Array<number>(20).fill(0x61), 0xe2, 0x82, 0xac],
};

const ILL_FORMED: Readonly<Record<string, readonly number[]>> = {
  'a lone continuation byte': [0x80],
  'a lone last continuation byte': [0xbf],
  'two bytes, the second missing': [0xc3],
  'two bytes, the second no continuation': [0xc3, 0x28],
  'an overlong slash of two bytes': [0xc0, 0xaf],
  'an overlong DEL of two bytes': [0xc1, 0xbf],
  'three bytes, the last missing': [0xe2, 0x82],
  'three bytes, the last no continuation': [0xe2, 0x82, 0x28],
  'an overlong slash of three bytes': [0xe0, 0x80, 0xaf],
  'the first surrogate': [0xed, 0xa0, 0x80],
  'the last surrogate': [0xed, 0xbf, 0xbf],
  'a pair of surrogates': [0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80],
  'four bytes, the last missing': [0xf0, 0x9f, 0x98],
  'an overlong slash of four bytes': [0xf0, 0x80, 0x80, 0xaf],
  'beyond the last of all': [0xf4, 0x90, 0x80, 0x80],
  'a first byte of 0xf5': [0xf5, 0x80, 0x80, 0x80],
  'five bytes': [0xf8, 0x88, 0x80, 0x80, 0x80],
  'six bytes': [0xfc, 0x84, 0x80, 0x80, 0x80, 0x80],
  '0xfe': [0xfe],
  '0xff': [0xff],
  'many of one byte, then 0xff': [...Array<number>(16).fill(0x61), 0xff],
  '0xff, then many of one byte': [0xff, ...Array<number>(16).fill(0x61)],
};

/** A message in fragments of one byte each. */
function bytewise(bytes: readonly number[]): Buffer[] {
  return bytes.map((byte, at) =>
    frame(at === 0 ? text : continuation, Buffer.from([byte]), { fin: at === bytes.length - 1 }),
  );
}

const entries = (table: Readonly<Record<string, readonly number[]>>) => Object.entries(table);

export const textCases: readonly FrameCase[] = [
  ...cases('8.1', [
    ...entries(WELL_FORMED).map(
      ([name, bytes]) => [`${name} is UTF-8`, [frame(text, Buffer.from(bytes)), PING_END], alive()] as const,
    ),
    ...entries(ILL_FORMED).map(
      ([name, bytes]) =>
        [`${name} is not UTF-8`, [frame(text, Buffer.from(bytes)), PING_END], fails(1007)] as const,
    ),
    ...entries(WELL_FORMED)
      .filter(([, bytes]) => bytes.length > 1)
      .map(
        ([name, bytes]) =>
          [`${name} is UTF-8, in fragments`, [...bytewise(bytes), PING_END], alive()] as const,
      ),
    ...entries(ILL_FORMED)
      .filter(([, bytes]) => bytes.length > 1)
      .map(
        ([name, bytes]) =>
          [`${name} is not UTF-8, in fragments`, [...bytewise(bytes), PING_END], fails(1007)] as const,
      ),
    [
      'a letter may be cut by a fragment, with a ping within',
      [
        frame(text, Buffer.from([0xe2]), open),
        frame(ping, 'mid'),
        frame(continuation, Buffer.from([0x82, 0xac])),
        PING_END,
      ],
      alive('pong mid'),
    ],
    [
      'a letter may not be cut by the end of a message',
      [frame(text, Buffer.from([0xe2, 0x82])), frame(text, Buffer.from([0xac])), PING_END],
      fails(1007),
    ],
  ]),
];
