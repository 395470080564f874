import { frame, OPCODES } from '../support/websocket-frames.ts';

/** What came back for the frames that one socket was sent. */
export interface FrameOutcome {
  /** As `pong end` or `close 1000 reason`; a Close without a code is `close`. */
  readonly frames: readonly string[];
  readonly connection: 'open' | 'closed';
}

/**
 * The server fails the connection (RFC 6455, 7.1.7): it is closed at once, with nothing before it but perhaps a Close, whose
 * code is this one, if it has one.
 */
export interface Failed {
  readonly failsWith: number;
}

export interface FrameCase {
  /** Of RFC 6455. */
  readonly section: string;
  readonly rule: string;
  readonly send: Buffer;
  readonly expect: FrameOutcome | Failed;
  /** uWebSockets.js itself breaks the rule; what happens is asserted as well. */
  readonly libraryFails?: { readonly reason: string; readonly instead: FrameOutcome };
}

type Row = readonly [
  rule: string,
  send: readonly Buffer[],
  expect: FrameCase['expect'],
  libraryFails?: FrameCase['libraryFails'],
];

export function cases(section: string, rows: readonly Row[]): FrameCase[] {
  return rows.map(([rule, send, expect, libraryFails]) => ({
    section,
    rule,
    send: Buffer.concat(send),
    expect,
    ...(libraryFails === undefined ? {} : { libraryFails }),
  }));
}

/** The last frame of what is right: when it is answered, the socket has read all before it and goes on. */
export const PING_END = frame(OPCODES.ping, 'end');

export function alive(...earlier: string[]): FrameOutcome {
  return { frames: [...earlier, 'pong end'], connection: 'open' };
}

/** Nothing, and the connection stays open: more is to come. */
export const WAITS: FrameOutcome = { frames: [], connection: 'open' };

export function closes(frame: string): FrameOutcome {
  return { frames: [frame], connection: 'closed' };
}

export function fails(code: number): Failed {
  return { failsWith: code };
}

export function instead(reason: string, outcome: FrameOutcome): NonNullable<FrameCase['libraryFails']> {
  return { reason, instead: outcome };
}
