import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../auth/durable-file.ts';
import { Update } from './update.ts';

/** The last update is kept over a restart, which may be its own doing. */
export interface LastUpdate {
  load(): Update | null;
  save(update: Update): void;
}

const FILE = 'last_update.json';

/** In STUDIO_DIR. What cannot be read or written is told to `warn`: an update is not worth less for it. */
export function keepLastUpdate(studioDir: string, warn: (message: string) => void): LastUpdate {
  const path = join(studioDir, FILE);
  return {
    load() {
      if (!existsSync(path)) return null;
      try {
        const kept = Update.parse(JSON.parse(readFileSync(path, 'utf8')));
        // The process that knew its end is gone.
        return kept.outcome === 'running' ? { ...kept, outcome: 'interrupted' } : kept;
      } catch {
        warn(`${path} cannot be read: the last update is not known`);
        return null;
      }
    },
    save(update) {
      try {
        replaceFile(path, `${JSON.stringify(update)}\n`);
      } catch (error) {
        warn(`${path} cannot be written (${error instanceof Error ? error.message : String(error)})`);
      }
    },
  };
}
