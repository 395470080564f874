import { createHash, timingSafeEqual } from 'node:crypto';

/** The longest key, in characters; config/variables.ts refuses a longer one. */
export const LONGEST_KEY = 128;

/** The one key of this Studio. Nothing gives the key itself away. */
export interface ApiKey {
  /** Compares in a time that depends on neither string. */
  matches(presented: string): boolean;
  /** SHA-256 of the key: it goes into the session key, so that a new API key ends every session. */
  readonly digest: Uint8Array;
  /** From now on this is the key, and the old one is wrong. */
  replace(key: string): void;
}

export function createApiKey(key: string): ApiKey {
  // Both sides lie in buffers of one size, padded with zeros, so every comparison reads the same number of bytes;
  // the last two hold the length, since a key could end in zeros. Cheaper than hashing what was presented.
  const size = LONGEST_KEY + 2;
  const expected = Buffer.alloc(size);
  const presentedBytes = Buffer.alloc(size);
  let digest = digestOf(key);
  fill(expected, key);
  return {
    get digest() {
      return digest;
    },
    replace(next) {
      digest = digestOf(next);
      fill(expected, next);
    },
    matches(presented) {
      fill(presentedBytes, presented);
      return timingSafeEqual(presentedBytes, expected);
    },
  };
}

function digestOf(key: string): Uint8Array {
  return createHash('sha256').update(key).digest();
}

function fill(bytes: Buffer, key: string): void {
  bytes.fill(0);
  bytes.write(key, 0, LONGEST_KEY, 'utf8');
  bytes.writeUInt16BE(Math.min(key.length, 0xffff), LONGEST_KEY);
}
