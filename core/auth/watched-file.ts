import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** An editor writes a file in several steps; what is half written is not looked at. In ms. */
const SETTLED_MS = 200;

/**
 * Calls `onChange` when the file has been changed, replaced, made or deleted, and is still since; until the returned
 * function is called. Its folder is watched and not the file, which a rename puts another one in the place of. Where a file
 * system cannot be watched, `warn` says so, once.
 */
export function watchFile(path: string, onChange: () => void, warn: (message: string) => void): () => void {
  const name = basename(path);
  let timer: NodeJS.Timeout | undefined;
  const stop = () => clearTimeout(timer);
  const cannot = (error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    warn(`${path} cannot be watched (${reason}): after a change of it, send SIGHUP`);
  };
  try {
    const watcher = watch(dirname(path), { persistent: false }, (_, changed) => {
      // Some systems do not say which file it was.
      if (changed !== null && changed !== name) return;
      clearTimeout(timer);
      timer = setTimeout(onChange, SETTLED_MS);
      timer.unref();
    });
    watcher.once('error', cannot);
    return () => {
      stop();
      watcher.close();
    };
  } catch (error) {
    cannot(error);
    return stop;
  }
}
