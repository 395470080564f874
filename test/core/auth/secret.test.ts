import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadSecret } from '../../../core/auth/secret.ts';
import { StartupError } from '../../../core/startup-error.ts';
import { freshFolder } from '../../support/fresh-folder.ts';

const HEX = '0123456789abcdef'.repeat(8);

function load(folder: string) {
  const warnings: string[] = [];
  return { secret: loadSecret(folder, (message) => warnings.push(message)), warnings };
}

t.test('"64 random bytes as hex, mode 0600"; "missing: made anew"', async (t) => {
  const folder = freshFolder(t);
  const { secret, warnings } = load(folder);
  const path = join(folder, '.session_secret');
  t.match(readFileSync(path, 'utf8'), /^[0-9a-f]{128}\n$/);
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.equal(secret.length, 64);
  t.equal(secret.toString('hex'), readFileSync(path, 'utf8').trim());
  t.same(warnings, [], 'a first start is nothing to warn of');
  t.same(readdirSync(folder), ['.session_secret'], 'no draft is left');
});

t.test('the mode is 0600 whatever the umask allows', async (t) => {
  const folder = freshFolder(t);
  const umask = process.umask(0);
  t.teardown(() => process.umask(umask));
  load(folder);
  t.equal(statSync(join(folder, '.session_secret')).mode & 0o777, 0o600);
});

t.test('a second start reads the first one\'s; "rotation: delete + restart"', async (t) => {
  const folder = freshFolder(t);
  const { secret } = load(folder);
  t.same(load(folder).secret, secret);
  rmSync(join(folder, '.session_secret'));
  t.notSame(load(folder).secret, secret);
});

t.test('two folders never have the same one', async (t) => {
  t.notSame(load(freshFolder(t)).secret, load(freshFolder(t)).secret);
});

const DAMAGED: readonly [string, string | Buffer][] = [
  ['empty', ''],
  ['a line break only', '\n'],
  ['short', HEX.slice(2)],
  ['a byte short of one digit', HEX.slice(1)],
  ['too long', `${HEX}00`],
  ['not hex', `${HEX.slice(0, -1)}g`],
  ['hex with a break in it', `${HEX.slice(0, 64)}\n${HEX.slice(64)}`],
  ['raw bytes', Buffer.alloc(64, 0xff)],
  ['something big that was never a secret', Buffer.alloc(1_000_000, 'a')],
];

t.test('"Short, empty or not hex: kept aside as .session_secret.bad, a warning, made anew"', async (t) => {
  for (const [what, content] of DAMAGED) {
    const folder = freshFolder(t);
    writeFileSync(join(folder, '.session_secret'), content);
    const { secret, warnings } = load(folder);
    t.equal(secret.length, 64, what);
    t.same(readFileSync(join(folder, '.session_secret.bad')), Buffer.from(content), `${what}: kept`);
    t.equal(warnings.length, 1, `${what}: a warning`);
    t.match(warnings[0], /damaged.*\.session_secret\.bad/);
    t.notMatch(warnings[0], /[0-9a-f]{32}/, 'that shows no secret');
    t.same(load(folder), { secret, warnings: [] }, `${what}: and the next start is in order`);
    t.equal(statSync(join(folder, '.session_secret')).mode & 0o777, 0o600);
  }
});

t.test('a folder in its place is set aside too, and a later damage overwrites an earlier .bad', async (t) => {
  const folder = freshFolder(t);
  mkdirSync(join(folder, '.session_secret'));
  t.equal(load(folder).warnings.length, 1);
  t.ok(statSync(join(folder, '.session_secret.bad')).isDirectory());
  rmSync(join(folder, '.session_secret.bad'), { recursive: true });
  for (const content of ['first', 'second']) {
    writeFileSync(join(folder, '.session_secret'), content);
    load(folder);
    t.equal(readFileSync(join(folder, '.session_secret.bad'), 'utf8'), content);
  }
});

t.test('a good secret stays, however it was written', async (t) => {
  for (const content of [HEX, `${HEX}\n`, `${HEX}\r\n`, HEX.toUpperCase()]) {
    const folder = freshFolder(t);
    writeFileSync(join(folder, '.session_secret'), content);
    t.same(load(folder), { secret: Buffer.from(HEX, 'hex'), warnings: [] });
  }
});

t.test('a symbolic link to a secret on another volume is followed', async (t) => {
  const folder = freshFolder(t);
  const elsewhere = join(freshFolder(t), 'secret');
  writeFileSync(elsewhere, HEX);
  symlinkSync(elsewhere, join(folder, '.session_secret'));
  t.same(load(folder), { secret: Buffer.from(HEX, 'hex'), warnings: [] });
});

t.test('"Not writable: a clear error, exit 78"', async (t) => {
  const folder = freshFolder(t);
  writeFileSync(join(folder, 'file'), '');
  symlinkSync(join(folder, 'nowhere'), join(folder, '.session_secret'));
  const rows: readonly [string, string][] = [
    ['below a regular file', join(folder, 'file', 'below')],
    ['a folder that is not there', join(folder, 'missing')],
    ['a link that leads nowhere', folder],
  ];
  for (const [what, studioDir] of rows) {
    const error = refusal(() => load(studioDir));
    t.equal(error?.exitCode, 78, what);
    t.match(error?.message, /^STUDIO_DIR: .*\.session_secret.*Name a folder that this user can write/);
  }
  t.notOk(existsSync(join(folder, 'missing')), 'and it makes no folders');
});

function refusal(start: () => unknown): StartupError | undefined {
  try {
    start();
  } catch (error) {
    if (error instanceof StartupError) return error;
    throw error;
  }
  return undefined;
}
