/**
 * The few shapes of DER (X.690) that a certificate is made of. Each function returns one complete value: its tag, its length
 * and its content.
 */

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

export function sequence(...items: readonly Uint8Array[]): Buffer {
  return value(TAG.sequence, ...items);
}

export function set(...items: readonly Uint8Array[]): Buffer {
  return value(TAG.set, ...items);
}

export function boolean(truth: boolean): Buffer {
  return value(TAG.boolean, Buffer.of(truth ? 0xff : 0));
}

/** A number that is not negative, from its big-endian bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const firstUsed = bytes.findIndex((byte) => byte !== 0);
  const shortest = firstUsed === -1 ? Buffer.of(0) : bytes.subarray(firstUsed);
  // A first bit that is set would make it negative.
  return (shortest[0] ?? 0) >= 0x80
    ? value(TAG.integer, Buffer.of(0), shortest)
    : value(TAG.integer, shortest);
}

/** `unusedBits`: how many at the end of the last byte do not count. */
export function bitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return value(TAG.bitString, Buffer.of(unusedBits), bytes);
}

export function octetString(bytes: Uint8Array): Buffer {
  return value(TAG.octetString, bytes);
}

export function utf8String(text: string): Buffer {
  return value(TAG.utf8String, Buffer.from(text));
}

/** From its dotted form, such as 2.5.29.17. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return value(TAG.oid, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

/** A moment, in Unix ms; as certificates want it: the short form up to 2049 (RFC 5280, 4.1.2.5). */
export function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '');
  return new Date(at).getUTCFullYear() < 2050
    ? value(TAG.utcTime, Buffer.from(digits.slice(2)))
    : value(TAG.generalizedTime, Buffer.from(digits));
}

/** A value that is known by its number and not by its kind. `constructed`: it has further values inside. */
export function tagged(number: number, constructed: boolean, ...content: readonly Uint8Array[]): Buffer {
  return value(0x80 | (constructed ? 0x20 : 0) | number, ...content);
}

function value(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(content);
  return Buffer.concat([Buffer.of(tag), length(bytes.length), bytes]);
}

function length(count: number): Buffer {
  if (count < 0x80) return Buffer.of(count);
  const digits: number[] = [];
  for (let rest = count; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return Buffer.from([0x80 | digits.length, ...digits]);
}

function base128(number: number): number[] {
  const digits = [number % 128];
  for (let rest = Math.floor(number / 128); rest > 0; rest = Math.floor(rest / 128))
    digits.unshift(0x80 | (rest % 128));
  return digits;
}
