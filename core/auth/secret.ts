import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '../startup-error.ts';
import { createOnce } from './durable-file.ts';

const FILE = '.session_secret';
const BYTES = 64;
const FORMAT = new RegExp(`^[0-9a-f]{${2 * BYTES}}$`);

/**
 * The session secret of this STUDIO_DIR (64 bytes), made at the first start. A damaged file is set aside as
 * `.session_secret.bad` and reported through `warn`; every session then ends, which is the safe side.
 * Throws StartupError when the folder cannot be read or written.
 */
export function loadSecret(studioDir: string, warn: (message: string) => void): Buffer {
  const path = join(studioDir, FILE);
  try {
    if (existsSync(path) && !FORMAT.test(readSecret(path))) {
      renameSync(path, `${path}.bad`);
      warn(`${path} was damaged: kept as ${FILE}.bad, a new one was made, every session has ended`);
    }
    const secret = createOnce(path, `${randomBytes(BYTES).toString('hex')}\n`).trim();
    if (!FORMAT.test(secret)) throw new Error('it is damaged, and another process keeps making it so');
    return Buffer.from(secret, 'hex');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartupError(
      `STUDIO_DIR: cannot keep the session secret in ${path} (${reason}). Name a folder that this user can write.`,
    );
  }
}

/** Reads no more than a secret could be: something else may lie there. */
function readSecret(path: string): string {
  return lstatSync(path).isFile() && lstatSync(path).size <= 4 * BYTES
    ? readFileSync(path, 'utf8').trim()
    : '';
}
