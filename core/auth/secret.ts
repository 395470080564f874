import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '../startup-error.ts';
import { createOnce, errorCode, linkUnlessTaken, ownName } from './durable-file.ts';

const FILE = '.session_secret';
const BYTES = 64;
const FORMAT = new RegExp(`^[0-9a-f]{${2 * BYTES}}$`, 'i');

/**
 * The session secret of this STUDIO_DIR (64 bytes), made at the first start. A damaged file is set aside as
 * `.session_secret.bad` and reported through `warn`; every session then ends, which is the safe side.
 * Throws StartupError when the folder cannot be read or written.
 */
export function loadSecret(studioDir: string, warn: (message: string) => void): Buffer {
  const path = join(studioDir, FILE);
  try {
    if (existsSync(path) && !holdsSecret(path)) {
      setAside(path);
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
function holdsSecret(path: string): boolean {
  const found = statSync(path);
  return found.isFile() && found.size <= 4 * BYTES && FORMAT.test(readFileSync(path, 'utf8').trim());
}

/**
 * Moves a damaged file to `.bad`. Another process that starts at the same time may have done so, and may even have put a
 * good one in its place since we looked: that one goes back.
 */
function setAside(path: string): void {
  const aside = ownName(path);
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  if (holdsSecret(aside)) {
    linkUnlessTaken(aside, path);
    rmSync(aside);
  } else renameSync(aside, `${path}.bad`);
}
