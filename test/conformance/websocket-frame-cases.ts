import { frame, OPCODES } from '../support/websocket-frames.ts';
import {
  alive,
  cases,
  closes,
  type FrameCase,
  fails,
  instead,
  PING_END,
  WAITS,
} from './websocket-frame-case.ts';

const UNMASKED =
  'does not look at the mask bit: it takes the first four bytes of an unmasked payload for the key';
const LONGER = 'accepts a length that is written in more bytes than it needs';
const INTERLEAVED = 'accepts a binary message between the fragments of another';
const NO_CODE = 'ends the TCP connection without a Close when it fails one';

const { text, binary, continuation, ping, pong, close } = OPCODES;
const open = { fin: false } as const;
const unmasked = { masked: false } as const;
const a = (length: number) => 'a'.repeat(length);

export const frameCases: readonly FrameCase[] = [
  ...cases('5.1', [
    ['a masked text is taken', [frame(text, 'hello'), PING_END], alive()],
    [
      'an unmasked text fails the connection',
      [frame(text, 'hello there', unmasked)],
      fails(1002),
      instead(UNMASKED, WAITS),
    ],
    [
      'an unmasked binary fails the connection',
      [frame(binary, 'hello there', unmasked)],
      fails(1002),
      instead(UNMASKED, WAITS),
    ],
    [
      'an unmasked ping fails the connection',
      [frame(ping, 'hello there', unmasked)],
      fails(1002),
      instead(UNMASKED, WAITS),
    ],
    [
      'an unmasked close fails the connection',
      [frame(close, '', unmasked)],
      fails(1002),
      instead(UNMASKED, WAITS),
    ],
    [
      'an unmasked empty frame fails the connection',
      [frame(text, '', unmasked)],
      fails(1002),
      instead(UNMASKED, WAITS),
    ],
  ]),
  ...cases('5.2', [
    ...[4, 2, 1, 7].flatMap((reserved) =>
      (
        [
          ['a text', [frame(text, 'a', { reserved })]],
          ['a ping', [frame(ping, 'a', { reserved })]],
          ['a close', [frame(close, '', { reserved })]],
          ['a continuation', [frame(text, 'a', open), frame(continuation, 'b', { reserved })]],
        ] as const
      ).map(
        ([name, frames]) =>
          [
            `reserved bits ${reserved} on ${name} fail the connection`,
            [...frames, PING_END],
            fails(1002),
          ] as const,
      ),
    ),
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(
      (opcode) =>
        [`opcode ${opcode} fails the connection`, [frame(opcode, 'a'), PING_END], fails(1002)] as const,
    ),
    ['an empty opcode of a reserved kind fails the connection', [frame(3), PING_END], fails(1002)],
    ['a length in 7 bits is read', [frame(binary, a(125)), PING_END], alive()],
    ['a length in 16 bits is read', [frame(binary, a(126)), PING_END], alive()],
    [
      'a short length in 16 bits fails the connection',
      [frame(text, 'a', { lengthBits: 16 }), PING_END],
      fails(1002),
      instead(LONGER, alive()),
    ],
    [
      'a short length in 64 bits fails the connection',
      [frame(text, 'a', { lengthBits: 64 }), PING_END],
      fails(1002),
      instead(LONGER, alive()),
    ],
    [
      'a 16-bit length in 64 bits fails the connection',
      [frame(text, a(200), { lengthBits: 64 }), PING_END],
      fails(1002),
      instead(LONGER, alive()),
    ],
    ['a length of 64 bits has a first bit of 0', [frame(text, '', { declared: 1n << 63n })], fails(1002)],
    [
      'a length of all ones fails the connection',
      [frame(text, '', { declared: (1n << 64n) - 1n })],
      fails(1002),
    ],
    [
      'a length that is 3 beyond 32 bits is not 3',
      [frame(text, 'abc', { declared: (1n << 32n) + 3n }), PING_END],
      fails(1009),
    ],
  ]),
  ...cases('5.4', [
    ['two fragments are one message', [frame(text, 'a', open), frame(continuation, 'b'), PING_END], alive()],
    [
      'fragments may be many',
      [
        frame(text, 'a', open),
        ...Array<Buffer>(12).fill(frame(continuation, 'b', open)),
        frame(continuation),
        PING_END,
      ],
      alive(),
    ],
    [
      'fragments may be empty',
      [frame(text, '', open), frame(continuation, '', open), frame(continuation), PING_END],
      alive(),
    ],
    [
      'binary fragments are one message',
      [frame(binary, 'a', open), frame(continuation, 'b'), PING_END],
      alive(),
    ],
    [
      'a ping between fragments is answered at once',
      [frame(text, 'a', open), frame(ping, 'mid')],
      { frames: ['pong mid'], connection: 'open' },
    ],
    [
      'fragments go on after a ping',
      [frame(text, 'a', open), frame(ping, 'mid'), frame(continuation, 'b'), PING_END],
      alive('pong mid'),
    ],
    [
      'a pong between fragments is ignored',
      [frame(text, 'a', open), frame(pong, 'x'), frame(continuation, 'b'), PING_END],
      alive(),
    ],
    ['a close between fragments is answered', [frame(text, 'a', open), frame(close)], closes('close')],
    [
      'a text between fragments fails the connection',
      [frame(text, 'a', open), frame(text, 'b'), PING_END],
      fails(1002),
    ],
    [
      'a text between binary fragments fails the connection',
      [frame(binary, 'a', open), frame(text, 'b'), PING_END],
      fails(1002),
    ],
    [
      'a fragment of another text fails the connection',
      [frame(text, 'a', open), frame(text, 'b', open), PING_END],
      fails(1002),
    ],
    [
      'a binary between fragments fails the connection',
      [frame(text, 'a', open), frame(binary, 'b'), PING_END],
      fails(1002),
      instead(INTERLEAVED, alive()),
    ],
    [
      'a binary between binary fragments fails the connection',
      [frame(binary, 'a', open), frame(binary, 'b'), PING_END],
      fails(1002),
      instead(INTERLEAVED, alive()),
    ],
    [
      'a text after an empty fragment fails the connection',
      [frame(text, '', open), frame(text, 'b'), PING_END],
      fails(1002),
    ],
    ['a continuation of nothing fails the connection', [frame(continuation, 'a'), PING_END], fails(1002)],
    [
      'a first fragment of nothing fails the connection',
      [frame(continuation, 'a', open), PING_END],
      fails(1002),
    ],
    [
      'a continuation after a whole message fails the connection',
      [frame(text, 'a'), frame(continuation, 'b'), PING_END],
      fails(1002),
    ],
    [
      'a continuation after the last fragment fails the connection',
      [frame(text, 'a', open), frame(continuation, 'b'), frame(continuation, 'c'), PING_END],
      fails(1002),
    ],
  ]),
  ...cases('5.5', [
    ['a ping in fragments fails the connection', [frame(ping, 'a', open), PING_END], fails(1002)],
    ['a pong in fragments fails the connection', [frame(pong, 'a', open), PING_END], fails(1002)],
    ['a close in fragments fails the connection', [frame(close, '', open), PING_END], fails(1002)],
    ['a ping of 126 bytes fails the connection', [frame(ping, a(126)), PING_END], fails(1002)],
    ['a pong of 126 bytes fails the connection', [frame(pong, a(126)), PING_END], fails(1002)],
    ['a close of 126 bytes fails the connection', [frame(close, `\x03\x68${a(124)}`), PING_END], fails(1002)],
    ['a ping of 70,000 bytes fails the connection', [frame(ping, a(70_000)), PING_END], fails(1002)],
    [
      'a ping with a length in 16 bits fails the connection',
      [frame(ping, 'a', { lengthBits: 16 }), PING_END],
      fails(1002),
    ],
    [
      'a ping with a length in 64 bits fails the connection',
      [frame(ping, 'a', { lengthBits: 64 }), PING_END],
      fails(1002),
    ],
  ]),
  ...cases('5.5.2', [
    ['a ping without a payload is answered without one', [frame(ping), PING_END], alive('pong')],
    ['a ping is answered with its payload', [frame(ping, 'hello'), PING_END], alive('pong hello')],
    ['a ping of 125 bytes is answered with them', [frame(ping, a(125)), PING_END], alive(`pong ${a(125)}`)],
    [
      'a payload need not be text',
      [frame(ping, Buffer.from([0, 255, 128, 10])), PING_END],
      alive('pong \0\xff\x80\n'),
    ],
    [
      'pings are answered in order',
      [frame(ping, '1'), frame(ping, '2'), frame(ping, '3'), PING_END],
      alive('pong 1', 'pong 2', 'pong 3'),
    ],
  ]),
  ...cases('5.5.3', [
    ['a pong that nobody asked for is ignored', [frame(pong), PING_END], alive()],
    ['a pong with a payload is ignored', [frame(pong, 'x'), PING_END], alive()],
    ['ten pongs are ignored', [...Array<Buffer>(10).fill(frame(pong, 'x')), PING_END], alive()],
  ]),
  ...cases('5.6', [
    ['an empty text is taken', [frame(text), PING_END], alive()],
    ['an empty binary is taken', [frame(binary), PING_END], alive()],
    [
      'a binary may hold any bytes',
      [frame(binary, Buffer.from([0xff, 0xc0, 0x00, 0x80])), PING_END],
      alive(),
    ],
    [
      'a fragmented binary may hold any bytes',
      [frame(binary, Buffer.from([0xff]), open), frame(continuation, Buffer.from([0xc0])), PING_END],
      alive(),
    ],
  ]),
  ...cases('7.1.7', [
    [
      'a connection that is failed is told why',
      [frame(text, 'a', { reserved: 2 })],
      closes('close 1002'),
      instead(NO_CODE, { frames: [], connection: 'closed' }),
    ],
  ]),
  ...cases('10.4', [
    ['a message of 4,096 bytes is taken', [frame(text, a(4096)), PING_END], alive()],
    ['a message of 4,097 bytes is too big', [frame(text, a(4097)), PING_END], fails(1009)],
    [
      'fragments of 4,096 bytes are taken',
      [frame(text, a(4000), open), frame(continuation, a(96)), PING_END],
      alive(),
    ],
    [
      'fragments of 4,097 bytes are too big',
      [frame(text, a(4000), open), frame(continuation, a(97)), PING_END],
      fails(1009),
    ],
    ['a message of 70,000 bytes is too big', [frame(binary, a(70_000)), PING_END], fails(1009)],
    [
      'fragments without end are too big',
      Array<Buffer>(18)
        .fill(frame(continuation, a(1000), open))
        .toSpliced(0, 1, frame(text, a(1000), open)),
      fails(1009),
    ],
    [
      'a declared length is too big before its bytes come',
      [frame(text, '', { declared: 70_000n })],
      fails(1009),
    ],
    [
      'a length of 1 TiB is too big before its bytes come',
      [frame(binary, '', { declared: 1n << 40n })],
      fails(1009),
    ],
  ]),
];
