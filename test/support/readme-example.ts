import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { freshFolder } from './fresh-folder.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The README's JavaScript whose first line begins so. */
function readmeExample(firstLine: string): string {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const examples = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code ?? '');
  const example = examples.find((code) => code.startsWith(firstLine));
  if (example === undefined) throw new Error(`README.md has no example that begins with ${firstLine}`);
  return example;
}

/** A folder where the package is installed, as it was built: `npm run build`. It is gone when the test ends. */
export function folderWithPackage(t: Test): string {
  const folder = freshFolder(t);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/comfyui-studio'));
  return folder;
}

/** The README's example as the file example.mjs of a folder where the package is installed. */
export function folderWithExample(t: Test, firstLine: string): string {
  const folder = folderWithPackage(t);
  writeFileSync(join(folder, 'example.mjs'), readmeExample(firstLine));
  return folder;
}
