import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { rememberStrong, wasFoundStrong } from '../../../core/auth/found-strong.ts';
import { freshFolder } from '../../support/fresh-folder.ts';

const KEY = 'correct-horse-battery-staple-7';
const OTHER = 'wPz4-yTn8-rKq2';

t.test('the key that was found strong last is known again, and no other', async (t) => {
  const folder = freshFolder(t);
  t.notOk(await wasFoundStrong(folder, KEY), 'before');
  await rememberStrong(folder, KEY);
  t.ok(await wasFoundStrong(folder, KEY));
  for (const key of [OTHER, '', `${KEY} `, KEY.toUpperCase()])
    t.notOk(await wasFoundStrong(folder, key), key);
  await rememberStrong(folder, OTHER);
  t.ok(await wasFoundStrong(folder, OTHER));
  t.notOk(await wasFoundStrong(folder, KEY), 'the one before');
});

t.test('the file gives nothing away: 0600, salted, and no key in it', async (t) => {
  const [one, two] = [freshFolder(t), freshFolder(t)];
  for (const folder of [one, two]) await rememberStrong(folder, KEY);
  const path = join(one, '.key_strong');
  t.equal(statSync(path).mode & 0o777, 0o600);
  const content = readFileSync(path, 'utf8');
  t.notOk(content.includes(KEY));
  t.not(content, readFileSync(join(two, '.key_strong'), 'utf8'));
});

t.test('a file that is damaged says nothing of any key', async (t) => {
  const folder = freshFolder(t);
  const path = join(folder, '.key_strong');
  await rememberStrong(folder, KEY);
  const good = readFileSync(path, 'utf8');
  const last = good.at(-2) === '0' ? '1' : '0';
  for (const content of [
    '',
    '\n',
    good.trim(),
    good.slice(1),
    `${good.slice(0, -2)}${last}\n`,
    `${good}${good}`,
    'x'.repeat(98),
  ]) {
    writeFileSync(path, content);
    t.notOk(await wasFoundStrong(folder, KEY), JSON.stringify(content));
  }
  writeFileSync(path, good);
  t.ok(await wasFoundStrong(folder, KEY));
});

t.test('where nothing can be kept, nothing is remembered, and nothing fails', async (t) => {
  const folder = freshFolder(t);
  mkdirSync(join(folder, '.key_strong'));
  await rememberStrong(folder, KEY);
  t.notOk(await wasFoundStrong(folder, KEY));
});
