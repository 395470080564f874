import t from 'tap';
import { splitCommand } from '../../../core/update/split-command.ts';

t.test('a command line is split as a shell would, and nothing in it is expanded', async (t) => {
  const rows: readonly [string, readonly string[]][] = [
    ['', []],
    ['   ', []],
    ['/opt/update.sh', ['/opt/update.sh']],
    ['  npm   ci\t--omit=dev\n', ['npm', 'ci', '--omit=dev']],
    [
      `sh -c 'git pull && npm ci | cat; echo "$HOME" > x'`,
      ['sh', '-c', 'git pull && npm ci | cat; echo "$HOME" > x'],
    ],
    ['"/opt/my tools/up" "a \\"b\\" \\\\ \\n"', ['/opt/my tools/up', 'a "b" \\ \\n']],
    [`a'b c'"d e"f`, ['ab cd ef']],
    [`'' ""`, ['', '']],
    ['a\\ b \\$HOME \\|', ['a b', '$HOME', '|']],
    [`'it'\\''s'`, ["it's"]],
    ["'$HOME' '`id`'", ['$HOME', '`id`']],
    ['--set=a,b:c@d%e+f', ['--set=a,b:c@d%e+f']],
  ];
  for (const [text, words] of rows) t.same(splitCommand(text), words, text);
});

t.test('what only a shell understands is refused, and so is an open end', async (t) => {
  for (const text of [
    'a && b',
    'a|b',
    'a;b',
    'a > b',
    'a < b',
    'echo $HOME',
    'echo `id`',
    'echo $(id)',
    'ls *.js',
  ])
    t.throws(() => splitCommand(text), /sh -c/, text);
  for (const text of ['echo "$HOME"', 'echo "`id`"']) t.throws(() => splitCommand(text), /sh -c/, text);
  for (const text of [`a 'b`, 'a "b']) t.throws(() => splitCommand(text), /not closed/, text);
  t.throws(() => splitCommand('a \\'), /last backslash/);
});
