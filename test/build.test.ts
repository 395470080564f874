import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { freshFolder } from './support/fresh-folder.ts';

const BUILT = join(import.meta.dirname, '../dist/core');

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}, input = '') {
  const child = spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.end(input);
  const exit = once(child, 'exit');
  const output = await text(child.stdout);
  const [code] = await exit;
  return { code, output };
}

t.test('the build has the judge of keys, which needs nothing but a key', async (t) => {
  const judge = [join(BUILT, 'key-judge.js')];
  const verdicts = [
    ['correct-horse-battery-staple-7', { weakness: null, common: false }],
    ['qwertyuiop123456', { weakness: /easy to guess/, common: false }],
    ['basketball1', { weakness: /shorter/, common: true }],
  ] as const;
  for (const [key, verdict] of verdicts) {
    const { code, output } = await run(judge, {}, key);
    t.equal(code, 0);
    t.match(JSON.parse(output), verdict, key);
  }
});

t.test('and Studio asks it there', async (t) => {
  const studioDir = freshFolder(t);
  const started = join(freshFolder(t), 'started');
  // Each process that this one starts is started with the same flags.
  const note = `import{appendFileSync}from'node:fs';appendFileSync(${JSON.stringify(started)},process.argv[1]+'\\n')`;
  const flags = [`--import=data:text/javascript,${encodeURIComponent(note)}`];
  const { code } = await run([...flags, join(BUILT, 'main.js')], {
    API_KEY: 'qwertyuiop123456',
    STUDIO_DIR: studioDir,
  });
  t.equal(code, 78);
  const programs = readFileSync(started, 'utf8').trim().split('\n');
  t.same(
    programs.map((path) => basename(path)),
    ['main.js', 'key-judge.js'],
  );
});
