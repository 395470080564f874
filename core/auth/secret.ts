import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '../startup-error.ts';
import { createOnce, errorCode, replaceFile } from './durable-file.ts';

/** Its name in STUDIO_DIR. */
export const SECRET_FILE = '.session_secret';
const BYTES = 64;
const FORMAT = new RegExp(`^[0-9a-f]{${2 * BYTES}}$`, 'i');

/**
 * The session secret of this STUDIO_DIR (64 bytes), made at the first start. A damaged file is set aside as
 * `.session_secret.bad` and reported through `warn`; every session then ends, which is the safe side.
 * Throws StartupError when the folder cannot be read or written.
 */
export function loadSecret(studioDir: string, warn: (message: string) => void): Buffer {
  const path = join(studioDir, SECRET_FILE);
  try {
    if (isDamaged(path) && setAside(path)) {
      warn(`${path} was damaged: kept as ${SECRET_FILE}.bad, a new one was made, every session has ended`);
    }
    const secret = createOnce(path, newSecret()).trim();
    if (!FORMAT.test(secret)) throw new Error('it is damaged, and another process keeps making it so');
    return Buffer.from(secret, 'hex');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartupError(
      `STUDIO_DIR: cannot keep the session secret in ${path} (${reason}). Name a folder that this user can write.`,
    );
  }
}

/**
 * Puts a new secret in the place of the old one, durably: after this returns, no restart brings the old one back.
 * Throws the file system's error, with the old one still in place.
 */
export function replaceSecret(studioDir: string): Buffer {
  const secret = newSecret();
  replaceFile(join(studioDir, SECRET_FILE), secret);
  return Buffer.from(secret.trim(), 'hex');
}

function newSecret(): string {
  return `${randomBytes(BYTES).toString('hex')}\n`;
}

/** False for a missing file too. Reads no more than a secret could be: something else may lie there. */
function isDamaged(path: string): boolean {
  try {
    const found = statSync(path);
    return !found.isFile() || found.size > 4 * BYTES || !FORMAT.test(readFileSync(path, 'utf8').trim());
  } catch (error) {
    // Another process is just putting a good one in its place.
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

const LOCK_RETRY_MS = 20;
const LOCK_PATIENCE_MS = 5000;

/**
 * Moves a damaged file to `.bad`; false when another process did. Under a lock, and looking again: of several that start
 * together only one may move it, or a later one would move away the good secret that an earlier one uses already.
 */
function setAside(path: string): boolean {
  const lock = `${path}.lock`;
  for (let waited = 0; ; waited += LOCK_RETRY_MS) {
    try {
      closeSync(openSync(lock, 'wx', 0o600));
      break;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      if (!isDamaged(path)) return false;
      // Whoever held it died.
      if (waited >= LOCK_PATIENCE_MS) rmSync(lock, { force: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_RETRY_MS);
    }
  }
  try {
    if (!isDamaged(path)) return false;
    renameSync(path, `${path}.bad`);
    return true;
  } finally {
    rmSync(lock, { force: true });
  }
}
