import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';

/** A new, empty folder that is gone when the test ends. */
export function freshFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'studio-test-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
