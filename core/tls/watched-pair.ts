import { statSync } from 'node:fs';
import type { PairFiles } from './certificate.ts';

/**
 * Looks every `intervalMs` whether the files are others than before, and calls `onChange` when they are and have been still
 * for one look: a certificate and its key are written one after the other. By their dates, sizes and places and not by the
 * system's word: certbot and Kubernetes swap a symbolic link somewhere on the way to the file, which no watch of it sees.
 */
export function watchPair(files: PairFiles, onChange: () => void, intervalMs: number): () => void {
  let known = lookAt(files);
  let seen = known;
  const timer = setInterval(() => {
    const now = lookAt(files);
    const still = now === seen;
    seen = now;
    if (!still || now === known) return;
    known = now;
    onChange();
  }, intervalMs).unref();
  return () => clearInterval(timer);
}

function lookAt({ certificate, key }: PairFiles): string {
  return [certificate, key].map(stateOf).join();
}

function stateOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch {
    return 'gone';
  }
}
