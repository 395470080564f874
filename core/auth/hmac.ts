import { hash } from 'node:crypto';

const BLOCK = 64;
const DIGEST = 32;
const LONGEST_MESSAGE = 64;

/**
 * HMAC-SHA256 (RFC 2104) under one key of at most 64 bytes, as hex, for ASCII messages of at most 64 characters.
 * Built from one-shot hashes: a flood of forged cookies costs one HMAC each, and Node's Hmac object takes three times
 * as long to make and to collect. The test holds it against Node's own.
 */
export function createHmacSha256(key: Uint8Array): (message: string) => string {
  const inner = Buffer.alloc(BLOCK + LONGEST_MESSAGE, 0);
  const outer = Buffer.alloc(BLOCK + DIGEST, 0);
  inner.set(key);
  outer.set(key);
  for (let index = 0; index < BLOCK; index += 1) {
    inner[index] = (inner[index] ?? 0) ^ 0x36;
    outer[index] = (outer[index] ?? 0) ^ 0x5c;
  }
  return (message) => {
    const length = inner.write(message, BLOCK, 'latin1');
    outer.write(hash('sha256', inner.subarray(0, BLOCK + length), 'hex'), BLOCK, 'hex');
    return hash('sha256', outer, 'hex');
  };
}
