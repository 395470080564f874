import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { watchPair } from '../../../core/tls/watched-pair.ts';
import { freshFolder } from '../../support/fresh-folder.ts';

const EVERY_MS = 10;

/** Watches a pair in `folder`; `changes()` resolves at the next change. */
function watched(t: Test, folder: string) {
  const files = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  let waiting: (() => void)[] = [];
  const stop = watchPair(
    files,
    () => {
      for (const tell of waiting) tell();
      waiting = [];
    },
    EVERY_MS,
  );
  // The watch itself keeps no process from ending.
  const awake = setInterval(() => {}, 60_000);
  t.teardown(() => {
    stop();
    clearInterval(awake);
  });
  return { files, changes: () => new Promise<void>((resolve) => waiting.push(resolve)) };
}

function write(folder: string, text: string): void {
  for (const name of ['cert.pem', 'key.pem']) writeFileSync(join(folder, name), text);
}

t.test('files that are written anew, replaced by a rename, or come only later', async (t) => {
  const folder = freshFolder(t);
  write(folder, 'one');
  const { files, changes } = watched(t, folder);
  let change = changes();
  write(folder, 'two');
  await change;
  change = changes();
  writeFileSync(join(folder, 'draft'), 'six');
  renameSync(join(folder, 'draft'), files.key);
  await change;
  change = changes();
  rmSync(files.certificate);
  await change;
  change = changes();
  writeFileSync(files.certificate, 'two');
  await change;
});

t.test('a link on the way that is swapped, as Kubernetes and certbot do it', async (t) => {
  const folder = freshFolder(t);
  for (const name of ['first', 'second']) {
    mkdirSync(join(folder, name));
    write(join(folder, name), 'same');
    // Of the same date as well: that they are others is to be seen all the same.
    for (const file of ['cert.pem', 'key.pem']) utimesSync(join(folder, name, file), 1e9, 1e9);
  }
  symlinkSync('first', join(folder, '..data'));
  for (const file of ['cert.pem', 'key.pem']) symlinkSync(join('..data', file), join(folder, file));
  const { changes } = watched(t, folder);
  const change = changes();
  symlinkSync('second', join(folder, '..next'));
  renameSync(join(folder, '..next'), join(folder, '..data'));
  await change;
});
