import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { findConfig, writeManagerConfig } from '../../../core/proxy/manager-config.ts';
import { freshFolder } from '../../support/fresh-folder.ts';

const NEWEST_FIRST = [
  'user/__manager/config.ini',
  'user/default/ComfyUI-Manager/config.ini',
  'custom_nodes/ComfyUI-Manager/config.ini',
];

const INI = '[default]\nsecurity_level = weak\nnetwork_mode = public\n';

function put(folder: string, place: string, content: string | Uint8Array = INI): string {
  const path = join(folder, place);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** A ComfyUI folder with a config.ini of the newest version, and a way to set the level in it. */
function comfyui(t: Test, content: string | Uint8Array = INI) {
  const folder = freshFolder(t);
  const path = put(folder, NEWEST_FIRST[0] ?? '', content);
  return { folder, path, read: () => readFileSync(path, 'utf8') };
}

t.test('the newest version’s file is the one that is written', async (t) => {
  const folder = freshFolder(t);
  t.equal(findConfig(folder), null);
  for (const place of NEWEST_FIRST.toReversed()) {
    const path = put(folder, place);
    t.same(writeManagerConfig(folder, 'strong'), { written: true, path });
    t.match(readFileSync(path, 'utf8'), 'security_level = strong\nnetwork_mode = public\n');
  }
});

t.test('without COMFYUI_DIR, or without a file, it says why nothing was written', async (t) => {
  t.match(writeManagerConfig(null, 'strong'), { written: false, reason: /COMFYUI_DIR is not set/ });
  const folder = freshFolder(t);
  t.match(writeManagerConfig(folder, 'strong'), { written: false, reason: /no config\.ini/ });
  t.same(readdirSync(folder), [], 'and makes none');
  mkdirSync(join(folder, NEWEST_FIRST[0] ?? ''), { recursive: true });
  t.match(
    writeManagerConfig(folder, 'strong'),
    { written: false, reason: /no config\.ini/ },
    'a folder is none',
  );
  t.match(writeManagerConfig(join(put(folder, 'file'), 'below'), 'strong'), { written: false });
});

t.test('the file keeps its mode and its place, and no draft is left', async (t) => {
  const { folder, path } = comfyui(t);
  for (const mode of [0o640, 0o600, 0o664]) {
    chmodSync(path, mode);
    writeManagerConfig(folder, mode === 0o600 ? 'weak' : 'strong');
    t.equal(statSync(path).mode & 0o777, mode);
  }
  t.same(readdirSync(dirname(path)), ['config.ini']);
});

t.test('a link stays a link, and what it leads to is written', async (t) => {
  const folder = freshFolder(t);
  const real = put(folder, 'volume/config.ini');
  const link = join(folder, NEWEST_FIRST[0] ?? '');
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(real, link);
  t.same(writeManagerConfig(folder, 'strong'), { written: true, path: real });
  t.ok(lstatSync(link).isSymbolicLink());
  t.match(readFileSync(real, 'utf8'), 'strong');
});

t.test('a link that leads nowhere is no file, and the next place is looked at', async (t) => {
  const folder = freshFolder(t);
  const link = join(folder, NEWEST_FIRST[0] ?? '');
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(join(folder, 'gone'), link);
  t.equal(findConfig(folder), null);
  const older = put(folder, NEWEST_FIRST[1] ?? '');
  t.equal(findConfig(folder), older);
});

t.test('a level that stands there already is not written again', async (t) => {
  const { folder, path } = comfyui(t);
  writeManagerConfig(folder, 'strong');
  const { ino } = statSync(path);
  t.same(writeManagerConfig(folder, 'strong'), { written: true, path });
  t.equal(statSync(path).ino, ino, 'the same file');
});

t.test('a BOM and bytes that are not UTF-8 stay as they were', async (t) => {
  const bom = comfyui(t, `\uFEFF${INI}`);
  writeManagerConfig(bom.folder, 'strong');
  t.equal(bom.read(), `\uFEFF${INI.replace('weak', 'strong')}`);
  const latin = comfyui(t, Buffer.from(`# f\xfcr\n${INI}`, 'latin1'));
  writeManagerConfig(latin.folder, 'strong');
  t.equal(readFileSync(latin.path, 'latin1'), `# f\xfcr\n${INI.replace('weak', 'strong')}`);
});

t.test('what is too large to be Manager’s is left alone', async (t) => {
  const { folder, path } = comfyui(t, `# ${'x'.repeat(1024 * 1024)}\n${INI}`);
  t.match(writeManagerConfig(folder, 'strong'), { written: false, reason: /too large/ });
  t.match(readFileSync(path, 'utf8'), /security_level = weak/);
});
