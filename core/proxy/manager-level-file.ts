import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOnce, replaceFile } from '../auth/durable-file.ts';
import { StartupError } from '../startup-error.ts';
import { type SecurityLevel, securityLevel } from './manager-level.ts';

const FILE = '.manager_level';

/**
 * The level that this STUDIO_DIR keeps; at the first start `initial`, which is kept from then on. What cannot be read
 * counts as strong, the safe side, and is reported through `warn`; the file stays for its owner to look at.
 * Throws StartupError when the folder cannot be read or written.
 */
export function loadLevel(
  studioDir: string,
  initial: SecurityLevel,
  warn: (message: string) => void,
): SecurityLevel {
  const path = join(studioDir, FILE);
  try {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : createOnce(path, `${initial}\n`);
    const level = securityLevel(text.trim());
    if (level !== undefined) return level;
    warn(`${path} holds no security level: ComfyUI Manager is held to "strong" until one is set`);
    return 'strong';
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartupError(
      `STUDIO_DIR: cannot keep the security level in ${path} (${reason}). Name a folder that this user can write.`,
    );
  }
}

/** The level that is kept, or would be at the first start. Makes nothing; what cannot be read counts as strong. */
export function readLevel(studioDir: string, initial: SecurityLevel): SecurityLevel {
  const path = join(studioDir, FILE);
  try {
    return existsSync(path) ? (securityLevel(readFileSync(path, 'utf8').trim()) ?? 'strong') : initial;
  } catch {
    return 'strong';
  }
}

/** Keeps the level, durably: after this returns it outlives a power cut. Throws the file system's error. */
export function saveLevel(studioDir: string, level: SecurityLevel): void {
  replaceFile(join(studioDir, FILE), `${level}\n`);
}
