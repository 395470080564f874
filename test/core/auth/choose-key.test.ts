import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type ChosenKey, chooseKey } from '../../../core/auth/choose-key.ts';
import { STRONG, verdictOn } from '../../../core/auth/key-strength.ts';
import { loadConfig } from '../../../core/config.ts';
import { StartupError } from '../../../core/startup-error.ts';
import { freshFolder } from '../../support/fresh-folder.ts';

function choose(folder: string, env: NodeJS.ProcessEnv = {}): Promise<ChosenKey> {
  return chooseKey(loadConfig({ STUDIO_DIR: folder, ...env }), verdictOn);
}

async function refusal(choice: Promise<unknown>): Promise<StartupError | undefined> {
  try {
    await choice;
  } catch (error) {
    if (error instanceof StartupError) return error;
    throw error;
  }
  return undefined;
}

t.test('"none set -> generated at first boot into STUDIO_DIR/.api_key (0600)"', async (t) => {
  const folder = freshFolder(t);
  const { key, source, warning, verdict } = await choose(folder);
  const path = join(folder, '.api_key');
  t.match(key, /^studio_[\w-]{43}$/, '256 random bits');
  t.equal(readFileSync(path, 'utf8'), `${key}\n`);
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.equal(source, path, '"says where it lies, never what it is"');
  t.equal(warning, null);
  t.same(await choose(folder), { key, source, warning, verdict }, 'and the second start finds it');
  t.not((await choose(freshFolder(t))).key, key, 'another folder has another');
});

t.test('a key that is set is taken, and no file is made', async (t) => {
  const folder = freshFolder(t);
  const API_KEY = 'correct-horse-battery-staple-7';
  t.same(await choose(folder, { API_KEY }), {
    key: API_KEY,
    source: 'API_KEY',
    warning: null,
    verdict: STRONG,
  });
  t.notOk(existsSync(join(folder, '.api_key')));
});

t.test('a key that the owner wrote into the file is taken', async (t) => {
  const folder = freshFolder(t);
  writeFileSync(join(folder, '.api_key'), '  correct-horse-battery-staple-7\r\n');
  t.equal((await choose(folder)).key, 'correct-horse-battery-staple-7');
});

t.test('"weak: the server refuses to start and says how to make a good one"', async (t) => {
  const weak = ['changeme', 'x7!Kq2$', 'password1234', 'aaaaaaaaaaaaaaaa', `studio_${'a'.repeat(43)}`];
  for (const API_KEY of weak) {
    const error = await refusal(choose(freshFolder(t), { API_KEY }));
    t.equal(error?.exitCode, 78, API_KEY);
    t.match(error?.message, 'openssl rand -base64 32', 'how to make a good one');
    t.match(error?.message, 'STUDIO_ALLOW_WEAK_KEY=1');
    t.match(error?.message, /^API_KEY: /, 'the variable is named');
    t.notMatch(error?.message, API_KEY, 'the key is not');
  }
});

t.test('a weak key in the file is refused as well, and the file is named', async (t) => {
  const folder = freshFolder(t);
  writeFileSync(join(folder, '.api_key'), 'changeme\n');
  t.match((await refusal(choose(folder)))?.message, join(folder, '.api_key'));
});

t.test('"STUDIO_ALLOW_WEAK_KEY=1 overrides and warns at every start"', async (t) => {
  const folder = freshFolder(t);
  for (const start of ['first', 'second']) {
    const { key, warning } = await choose(folder, { API_KEY: 'changeme', STUDIO_ALLOW_WEAK_KEY: '1' });
    t.equal(key, 'changeme');
    t.match(warning, /everybody knows/, start);
    t.notMatch(warning, 'changeme');
  }
  const good = await choose(folder, {
    API_KEY: 'correct-horse-battery-staple-7',
    STUDIO_ALLOW_WEAK_KEY: '1',
  });
  t.equal(good.warning, null, 'a good one needs no warning');
});

t.test(
  'a key that was found strong is remembered as that; another one is looked at for itself',
  async (t) => {
    const folder = freshFolder(t);
    const API_KEY = 'correct-horse-battery-staple-7';
    t.same(readdirSync(folder), []);
    await choose(folder, { API_KEY });
    t.same(readdirSync(folder), ['.key_strong']);
    const before = readFileSync(join(folder, '.key_strong'));
    t.match(await choose(folder, { API_KEY }), { key: API_KEY, warning: null });
    t.ok(await refusal(choose(folder, { API_KEY: 'qwertyuiop123456' })));
    t.match(await choose(folder, { API_KEY: 'changeme', STUDIO_ALLOW_WEAK_KEY: '1' }), {
      warning: /everybody/,
    });
    t.same(readFileSync(join(folder, '.key_strong')), before, 'and a weak one never is');
  },
);

t.test('a file without a usable key stops the start, and is not overwritten', async (t) => {
  for (const content of [
    '',
    '\n',
    'two words',
    'line one\nline two',
    'schlüssel-mit-umlaut',
    'x'.repeat(257),
  ]) {
    const folder = freshFolder(t);
    writeFileSync(join(folder, '.api_key'), content);
    const error = await refusal(choose(folder));
    t.equal(error?.exitCode, 78);
    t.match(error?.message, /\.api_key: there is no usable key in it.*delete the file/);
    t.equal(readFileSync(join(folder, '.api_key'), 'utf8'), content);
  }
});

t.test('a folder that cannot be written stops the start, exit 78', async (t) => {
  const file = join(freshFolder(t), 'file');
  writeFileSync(file, '');
  const error = await refusal(choose(join(file, 'below')));
  t.equal(error?.exitCode, 78);
  t.match(error?.message, /^STUDIO_DIR: .*Name a folder that this user can write/);
});
