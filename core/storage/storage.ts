import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { StartupError } from '../startup-error.ts';
import { migrate } from './schema.ts';

/**
 * What Studio remembers: one SQLite file, written through a log of its own (WAL), so that what was committed outlives
 * kill -9. Its users prepare their own statements, and write through `write` or `together`.
 */
export interface Storage {
  readonly database: Database.Database;
  /** Whether the last write found room. */
  readonly writable: boolean;
  /** Whether the file was damaged at the start, and this is a new one. */
  readonly wasDamaged: boolean;
  /** Runs one writing statement. Throws StorageUnwritable when there is no room for it. */
  write<T>(statement: () => T): T;
  /** Everything that `work` writes is kept, or nothing of it is. Throws StorageUnwritable; may be nested. */
  together(work: () => void): void;
  /** Calls `effect` once what is being written together is kept, and never if it is not; at once outside of that. */
  whenKept(effect: () => void): void;
  /** A name that this Studio goes by, the same from its first start on. */
  nameOnce(name: string, make: () => string): string;
  /** `handedOver`: another process has it open and goes on; so it is not left as one that nobody writes to. */
  close(handedOver?: boolean): void;
}

/** There is no room left, or the file system takes no more writes. Nothing of what was to be written is kept. */
export class StorageUnwritable extends Error {
  constructor(cause: unknown) {
    super(`Studio's records cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
    this.name = 'StorageUnwritable';
  }
}

/**
 * Opens the file, or makes it. One that is damaged is set aside as `<path>.bad`, with a warning, and a new one begun.
 * `path` may be `:memory:`. `inUse`: by another process, so nothing is set aside. Throws StartupError when the file cannot be opened for another reason.
 */
export function openStorage(path: string, warn: (message: string) => void, inUse = false): Storage {
  let database: Database.Database;
  let wasDamaged = false;
  try {
    database = openChecked(path);
  } catch (error) {
    if (inUse || !isDamage(error)) throw new StartupError(cannotOpen(path, error));
    setAside(path);
    wasDamaged = true;
    warn(
      `${path} is damaged (${reasonOf(error)}). It was set aside as ${path}.bad, and new records begin: ` +
        'the runs and events of before are not shown any more. Their pictures are untouched.',
    );
    database = openChecked(path);
  }
  return storageOf(database, wasDamaged);
}

function storageOf(database: Database.Database, wasDamaged: boolean): Storage {
  let depth = 0;
  let writable = true;
  let effects: (() => void)[] = [];
  const clean = database.prepare('UPDATE state SET clean = ?');

  function write<T>(statement: () => T): T {
    try {
      const result = statement();
      writable = true;
      return result;
    } catch (error) {
      if (!isUnwritable(error)) throw error;
      writable = false;
      throw new StorageUnwritable(error);
    }
  }

  function together(work: () => void): void {
    if (depth > 0) return work();
    depth = 1;
    try {
      write(() => database.transaction(work)());
    } catch (error) {
      effects = [];
      throw error;
    } finally {
      depth = 0;
    }
    const kept = effects;
    effects = [];
    for (const effect of kept) effect();
  }

  return {
    database,
    get writable() {
      return writable;
    },
    wasDamaged,
    write,
    together,
    whenKept(effect) {
      if (depth > 0) effects.push(effect);
      else effect();
    },
    nameOnce(name, make) {
      const find = database.prepare('SELECT value FROM names WHERE name = ?').pluck();
      if (find.get(name) === undefined)
        write(() => database.prepare('INSERT OR IGNORE INTO names VALUES (?, ?)').run(name, make()));
      return String(find.get(name));
    },
    close(handedOver = false) {
      try {
        if (!handedOver) clean.run(1);
      } catch {
        // Then it is looked through at the next start, which does no harm.
      }
      database.close();
    },
  };
}

function openChecked(path: string): Database.Database {
  // Made here, since SQLite would let everybody on the machine read what people prompted. Its log files get the same mode.
  if (path !== ':memory:' && !existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  const database = new Database(path);
  try {
    // What is too much to sort at once would go to /var/tmp or /tmp: where the system is read-only, but for this one folder, the
    // query, and with it a migration, would fail.
    database.pragma('temp_store = MEMORY');
    database.pragma('journal_mode = WAL');
    // The log is synced when it is moved into the file: a crash of the machine may cost the last moments, one of Studio none.
    database.pragma('synchronous = NORMAL');
    database.pragma('busy_timeout = 5000');
    database.pragma('journal_size_limit = 16777216');
    migrate(database);
    checkUnlessClean(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A look through the whole file takes a second per gigabyte, so it is owed only after a stop that was none. */
function checkUnlessClean(database: Database.Database): void {
  const clean = database.prepare('SELECT clean FROM state').pluck().get();
  if (clean !== 1) {
    const verdict = String(database.pragma('quick_check(1)', { simple: true }));
    if (verdict !== 'ok') throw new Damaged(verdict.replaceAll(/\s+/g, ' '));
  }
  try {
    database.prepare('UPDATE state SET clean = 0').run();
  } catch (error) {
    // What cannot be written to is not going to be damaged by a crash either.
    if (!isUnwritable(error)) throw error;
  }
}

class Damaged extends Error {}

function isDamage(error: unknown): boolean {
  return error instanceof Damaged || /^SQLITE_(CORRUPT|NOTADB|SCHEMA|ERROR)/.test(codeOf(error));
}

function isUnwritable(error: unknown): boolean {
  return /^SQLITE_(FULL|READONLY|IOERR|CANTOPEN)/.test(codeOf(error));
}

/** The write-ahead log belongs to the file: beside a new one it would be read as that one's. */
function setAside(path: string): void {
  renameSync(path, `${path}.bad`);
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
}

function cannotOpen(path: string, error: unknown): string {
  return `STUDIO_DIR: cannot open the records in ${path} (${reasonOf(error)}). Make room on the disk, or name a folder that this user can write.`;
}

function codeOf(error: unknown): string {
  return error instanceof Database.SqliteError ? error.code : '';
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
