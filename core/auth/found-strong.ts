import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { replaceFile } from './durable-file.ts';
import { STRENGTH_RULE } from './key-strength.ts';

/** Its name in STUDIO_DIR. */
const FILE = '.key_strong';

const FORMAT = /^([0-9a-f]{32}) ([0-9a-f]{64})\n$/;

/*
 * Which key was found strong is remembered, so that only its first start pays for the look into the dictionaries. A thief of the
 * file can try keys on it, at the price that scrypt (RFC 7914) sets: 16 MiB and some 40 ms each, for over 10^10 keys. Whoever
 * can write it gains nothing: the key itself and the secret lie beside it.
 */
const derive = promisify<string, Uint8Array, number, Buffer>(scrypt);

/** Whether this very key was found strong before, by the present rule. Never rejects. */
export async function wasFoundStrong(studioDir: string, key: string): Promise<boolean> {
  try {
    const [, salt = '', digest = ''] = FORMAT.exec(readFileSync(join(studioDir, FILE), 'utf8')) ?? [];
    return (
      salt !== '' &&
      timingSafeEqual(Buffer.from(digest, 'hex'), await digestOf(key, Buffer.from(salt, 'hex')))
    );
  } catch {
    return false;
  }
}

/** Remembers the key in place of the one before. Where it cannot be kept, the next start looks again. */
export async function rememberStrong(studioDir: string, key: string): Promise<void> {
  const salt = randomBytes(16);
  const digest = await digestOf(key, salt);
  try {
    replaceFile(join(studioDir, FILE), `${salt.toString('hex')} ${digest.toString('hex')}\n`);
  } catch {}
}

function digestOf(key: string, salt: Uint8Array): Promise<Buffer> {
  return derive(`${STRENGTH_RULE}\n${key}`, salt, 32);
}
