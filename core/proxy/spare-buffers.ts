/** uWebSockets.js reads so much at once. */
const SIZE = 512 * 1024;

/** Below this, memory is cheap. */
const WORTH_KEEPING = 32 * 1024;

const MOST_SPARE = 16;

const spare: Buffer[] = [];

/**
 * A copy of bytes that are about to go, in memory that was used before: at hundreds of megabytes a second the system
 * spends more on handing out fresh memory than on the copying. Give it back when nobody reads it any more.
 */
export function copyOf(bytes: Uint8Array): Buffer {
  if (bytes.byteLength < WORTH_KEEPING || bytes.byteLength > SIZE) return Buffer.from(bytes);
  const memory = spare.pop() ?? Buffer.allocUnsafeSlow(SIZE);
  memory.set(bytes);
  return memory.subarray(0, bytes.byteLength);
}

/** `copy` is what copyOf returned; nothing may touch it afterwards. */
export function giveBack(copy: Buffer): void {
  if (copy.buffer.byteLength === SIZE && spare.length < MOST_SPARE) spare.push(Buffer.from(copy.buffer));
}
