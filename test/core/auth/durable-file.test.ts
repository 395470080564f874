import { chmodSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  createOnce,
  errorCode,
  linkUnlessTaken,
  ownName,
  replaceFile,
} from '../../../core/auth/durable-file.ts';
import { freshFolder } from '../../support/fresh-folder.ts';

t.test('the first content stays, and every later call gets it', async (t) => {
  const path = join(freshFolder(t), 'file');
  t.equal(createOnce(path, 'first'), 'first');
  t.equal(createOnce(path, 'second'), 'first');
  t.equal(readFileSync(path, 'utf8'), 'first');
  t.equal(statSync(path).mode & 0o777, 0o600);
});

t.test('it leaves no draft behind, neither when it wins nor when it loses nor when it fails', async (t) => {
  const folder = freshFolder(t);
  createOnce(join(folder, 'file'), 'first');
  createOnce(join(folder, 'file'), 'second');
  mkdirSync(join(folder, 'folder'));
  t.throws(() => createOnce(join(folder, 'folder'), 'x'), { code: 'EISDIR' });
  t.throws(() => createOnce(join(folder, 'missing', 'file'), 'x'), { code: 'ENOENT' });
  t.throws(() => createOnce(join(folder, 'file', 'below'), 'x'), { code: 'ENOTDIR' });
  t.same(readdirSync(folder).sort(), ['file', 'folder']);
});

t.test('a large content is written whole', async (t) => {
  const content = 'x'.repeat(3_000_000);
  t.equal(createOnce(join(freshFolder(t), 'file'), content).length, content.length);
});

t.test('a name is linked unless it is taken', async (t) => {
  const folder = freshFolder(t);
  const [a, b] = [join(folder, 'a'), join(folder, 'b')];
  writeFileSync(a, 'a');
  linkUnlessTaken(a, b);
  t.equal(readFileSync(b, 'utf8'), 'a');
  const c = join(folder, 'c');
  writeFileSync(c, 'c');
  linkUnlessTaken(c, b);
  t.equal(readFileSync(b, 'utf8'), 'a');
  t.throws(() => linkUnlessTaken(join(folder, 'missing'), join(folder, 'd')), { code: 'ENOENT' });
});

t.test('names for drafts are never the same', async (t) => {
  const names = Array.from({ length: 1000 }, () => ownName('/x'));
  t.equal(new Set(names).size, 1000);
});

t.test("an error's code, and of anything else undefined", async (t) => {
  const folder = freshFolder(t);
  try {
    linkSync(join(folder, 'x'), join(folder, 'y'));
  } catch (error) {
    t.equal(errorCode(error), 'ENOENT');
  }
  for (const other of [new Error('x'), 'x', null, undefined, { code: 'EEXIST' }])
    t.equal(errorCode(other), undefined);
});

t.test('a file is replaced whole, with mode 0600 or like the one before', async (t) => {
  const path = join(freshFolder(t), 'file');
  replaceFile(path, 'first');
  t.equal(readFileSync(path, 'utf8'), 'first');
  t.equal(statSync(path).mode & 0o777, 0o600);
  writeFileSync(path, 'second');
  chmodSync(path, 0o664);
  replaceFile(path, Buffer.from('third'), statSync(path));
  t.equal(readFileSync(path, 'utf8'), 'third');
  t.equal(statSync(path).mode & 0o777, 0o664);
});

t.test('a replacement that fails leaves the old file and no draft', async (t) => {
  const folder = freshFolder(t);
  mkdirSync(join(folder, 'folder'));
  t.throws(() => replaceFile(join(folder, 'folder'), 'x'), { code: 'EISDIR' });
  t.throws(() => replaceFile(join(folder, 'missing', 'file'), 'x'), { code: 'ENOENT' });
  t.same(readdirSync(folder), ['folder']);
});
