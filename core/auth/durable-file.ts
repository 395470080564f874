import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * Creates `path` (mode 0600) with `content`, whole or not at all, and durably. When it exists already, it stays;
 * returns what the file then holds. So of two processes that start together both get the first one's content.
 * Throws the file system's error when the folder cannot be written.
 */
export function createOnce(path: string, content: string): string {
  // Without a write: a full disk shall not keep Studio from starting again.
  if (existsSync(path)) return readFileSync(path, 'utf8');
  const draft = ownName(path);
  try {
    writeDurably(draft, content);
    linkUnlessTaken(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(path, 'utf8');
}

/**
 * Puts `content` in the place of the file `path`, whole or not at all, and durably: a reader finds the old content or
 * the new. `like` says whose mode and owner the file gets; without it, mode 0600. Throws the file system's error.
 */
export function replaceFile(path: string, content: string | Uint8Array, like?: Stats): void {
  const draft = ownName(path);
  try {
    writeDurably(draft, content, like);
    renameSync(draft, path);
    syncFolder(dirname(path));
  } finally {
    rmSync(draft, { force: true });
  }
}

/** A name beside `path` that no other process and no other call uses. */
export function ownName(path: string): string {
  return `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
}

/** Gives the file `from` the name `to` as well, durably, unless that is taken: unlike rename, the first process wins. */
export function linkUnlessTaken(from: string, to: string): void {
  try {
    linkOrCopy(from, to);
    syncFolder(dirname(to));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** What a file system says that has no hard links, as some network volumes of pods have none. */
const NO_LINKS: readonly unknown[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!NO_LINKS.includes(errorCode(error))) throw error;
    // Still only one of two wins, though the loser might read a part of the file.
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}

function writeDurably(path: string, content: string | Uint8Array, like?: Stats): void {
  const descriptor = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(descriptor, content);
    if (like !== undefined) {
      // Before the mode, which a change of owner may reduce.
      if (like.uid !== process.getuid?.() || like.gid !== process.getgid?.()) {
        fchownSync(descriptor, like.uid, like.gid);
      }
      fchmodSync(descriptor, like.mode & 0o7777);
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The file system's name for what went wrong, such as EEXIST, or undefined. */
export function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
