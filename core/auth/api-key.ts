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
  const expected = createField();
  const presentedField = createField();
  let digest = digestOf(key);
  expected.fill(key);
  return {
    get digest() {
      return digest;
    },
    replace(next) {
      digest = digestOf(next);
      expected.fill(next);
    },
    matches(presented) {
      presentedField.fill(presented);
      return timingSafeEqual(presentedField.bytes, expected.bytes);
    },
  };
}

function digestOf(key: string): Uint8Array {
  return createHash('sha256').update(key).digest();
}

interface Field {
  readonly bytes: Uint8Array;
  fill(key: string): void;
}

const encoder = new TextEncoder();

// Not Buffers: their fill and write take twice as long for so few bytes, and each request with the key needs them.
function createField(): Field {
  const bytes = new Uint8Array(LONGEST_KEY + 2);
  const text = bytes.subarray(0, LONGEST_KEY);
  return {
    bytes,
    fill(key) {
      const length = Math.min(key.length, 0xffff);
      text.fill(0);
      encoder.encodeInto(key, text);
      bytes[LONGEST_KEY] = length >> 8;
      bytes[LONGEST_KEY + 1] = length & 0xff;
    },
  };
}
