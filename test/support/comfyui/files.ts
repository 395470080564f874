import { posix } from 'node:path';
import type { Picture } from './images.ts';

export type Folder = 'input' | 'output' | 'temp';

export interface StoredFile {
  readonly bytes: Buffer;
  readonly modified: Date;
  readonly etag: string;
  /** What it was drawn from, for /view?preview=. */
  readonly picture: Picture | undefined;
}

/** How ComfyUI names a file to its clients. */
export interface FileName {
  readonly filename: string;
  readonly subfolder: string;
  readonly type: Folder;
}

const maxFiles = 2000;

/** ComfyUI's three folders, kept in memory; beyond 2000 files the oldest go. */
export class Files {
  readonly #files = new Map<string, StoredFile>();
  readonly #counters = new Map<string, number>();
  #written = 0;

  read(folder: Folder, path: string): StoredFile | undefined {
    return this.#files.get(key(folder, path));
  }

  write(folder: Folder, path: string, bytes: Buffer, picture?: Picture): void {
    const modified = new Date();
    const etag = `"${(modified.getTime() * 1000 + this.#written++).toString(16)}-${bytes.length.toString(16)}"`;
    this.#files.set(key(folder, path), { bytes, modified, etag, picture });
    const oldest = this.#files.keys().next();
    if (this.#files.size > maxFiles && !oldest.done) this.#files.delete(oldest.value);
  }

  delete(folder: Folder, path: string): boolean {
    return this.#files.delete(key(folder, path));
  }

  /** Paths below `folder`, as they were written. */
  list(folder: Folder): string[] {
    const start = `${folder}/`;
    return [...this.#files.keys()]
      .filter((name) => name.startsWith(start))
      .map((name) => name.slice(start.length));
  }

  /** `sub/rec` -> the next free `rec_00001_.png` in `sub`. */
  nextName(folder: Folder, prefix: string): FileName {
    const subfolder = posix.dirname(prefix) === '.' ? '' : posix.dirname(prefix);
    const stem = posix.basename(prefix);
    const counter = (this.#counters.get(key(folder, prefix)) ?? 0) + 1;
    this.#counters.set(key(folder, prefix), counter);
    return { filename: `${stem}_${String(counter).padStart(5, '0')}_.png`, subfolder, type: folder };
  }
}

export function asFolder(name: string): Folder | undefined {
  return name === 'input' || name === 'output' || name === 'temp' ? name : undefined;
}

function key(folder: Folder, path: string): string {
  return posix.join(folder, path);
}
