/** WebSocket frames by hand (RFC 6455, 5.2), wrong ones included: what no client library would send. */

export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameOptions {
  /** The last fragment of its message; default true. */
  readonly fin?: boolean;
  /** The three reserved bits as a number, RSV1 being 4; default 0. */
  readonly reserved?: number;
  /** Default true, as a client has to. */
  readonly masked?: boolean;
  /** In how many bits the length is written, more than needed included; default the fewest. */
  readonly lengthBits?: 7 | 16 | 64;
  /** The length that is written, when it is not the payload's. */
  readonly declared?: bigint;
}

const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

/** One frame. Strings are payloads in UTF-8. */
export function frame(opcode: number, payload: string | Uint8Array = '', options: FrameOptions = {}): Buffer {
  const { fin = true, reserved = 0, masked = true } = options;
  const bytes = Buffer.from(payload);
  const length = options.declared ?? BigInt(bytes.length);
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const head = [first, ...lengthBytes(length, options.lengthBits ?? fewestBits(length))];
  head[1] = (head[1] ?? 0) | (masked ? 0x80 : 0);
  if (!masked) return Buffer.concat([Buffer.from(head), bytes]);
  const hidden = bytes.map((byte, at) => byte ^ (MASK[at % 4] ?? 0));
  return Buffer.concat([Buffer.from(head), MASK, hidden]);
}

/** A close frame's payload: the code in two bytes, then the reason. */
export function closePayload(code: number, reason: string | Uint8Array = ''): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(code);
  return Buffer.concat([bytes, Buffer.from(reason)]);
}

function fewestBits(length: bigint): 7 | 16 | 64 {
  if (length < 126n) return 7;
  return length < 65536n ? 16 : 64;
}

function lengthBytes(length: bigint, bits: 7 | 16 | 64): number[] {
  if (bits === 7) return [Number(length)];
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(length);
  return bits === 16 ? [126, ...bytes.subarray(6)] : [127, ...bytes];
}

export interface ReceivedFrame {
  readonly fin: boolean;
  readonly reserved: number;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Buffer;
}

/** The frames of what a server sent. Throws when the last one is not whole. */
export function parseFrames(bytes: Buffer): ReceivedFrame[] {
  const frames: ReceivedFrame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const first = bytes.readUInt8(at);
    const second = bytes.readUInt8(at + 1);
    at += 2;
    let length = second & 0x7f;
    if (length === 126) {
      length = bytes.readUInt16BE(at);
      at += 2;
    } else if (length === 127) {
      length = Number(bytes.readBigUInt64BE(at));
      at += 8;
    }
    if (at + length > bytes.length) throw new Error('the last frame is cut off');
    frames.push({
      fin: (first & 0x80) !== 0,
      reserved: (first >> 4) & 7,
      opcode: first & 0x0f,
      masked: (second & 0x80) !== 0,
      payload: bytes.subarray(at, at + length),
    });
    at += length;
  }
  return frames;
}
