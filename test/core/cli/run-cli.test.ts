import t from 'tap';
import type { Commands } from '../../../core/cli/command.ts';
import { expectNoArguments } from '../../../core/cli/command.ts';
import { runCli } from '../../../core/cli/run-cli.ts';
import { VARIABLES } from '../../../core/config/variables.ts';
import { StartupError } from '../../../core/startup-error.ts';

const COMMANDS: Commands = {
  serve: { summary: 'Serves', run: async (args) => (args.length === 0 ? 0 : 9) },
  doctor: { summary: 'Looks', run: async (args) => args.length },
  plain: {
    summary: 'Takes nothing',
    run: async (args) => {
      expectNoArguments(args);
      return 0;
    },
  },
  broken: { summary: 'Breaks', run: () => Promise.reject(new Error('it broke')) },
  misled: { summary: 'Is misled', run: () => Promise.reject(new StartupError('STUDIO_PORT: no')) },
};

async function run(args: readonly string[], options: { isTTY?: boolean; env?: Record<string, string> } = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const { isTTY = false, env = {} } = options;
  const code = await runCli(COMMANDS, args, env, {
    stdout: { isTTY, write: (text) => out.push(text) },
    stderr: { isTTY, write: (text) => err.push(text) },
  });
  return { code, out: out.join(''), err: err.join('') };
}

t.test('each command by its name, and serve without one; its exit code is what it resolves to', async (t) => {
  t.same(await run([]), { code: 0, out: '', err: '' });
  t.same(await run(['doctor', 'a', 'b']), { code: 2, out: '', err: '' });
});

t.test(
  'what is not understood is 64, a failure 1, a configuration that will not do 78, each in words',
  async (t) => {
    const rows: readonly [readonly string[], number, RegExp][] = [
      [['nothing'], 64, /no command "nothing".*--help/],
      [['--port'], 64, /no command "--port"/],
      [['toString'], 64, /no command/],
      [['plain', '--x'], 64, /"--x" is not expected/],
      [['broken'], 1, /it broke/],
      [['misled'], 78, /STUDIO_PORT: no/],
    ];
    for (const [args, code, words] of rows) {
      const result = await run(args);
      t.equal(result.code, code, args.join(' '));
      t.equal(result.out, '');
      t.match(result.err, words);
    }
  },
);

t.test(
  '--help lists every command, exit code and variable with its default, wherever it stands',
  async (t) => {
    for (const args of [['--help'], ['-h'], ['serve', '--help']]) {
      const { code, out } = await run(args);
      t.equal(code, 0);
      for (const [name, { summary }] of Object.entries(COMMANDS))
        t.match(out, new RegExp(`${name} +${summary}`));
      for (const exit of [0, 1, 64, 75, 78]) t.match(out, new RegExp(`Exit codes:[^:]*\\b${exit}\\b`));
      for (const [name, { fallback, help }] of Object.entries(VARIABLES)) {
        t.match(out, fallback === '' ? `  ${name}\n` : `  ${name} (default ${fallback})\n`);
        t.match(out, help);
      }
    }
  },
);

t.test('--version is the package’s', async (t) => {
  const { code, out } = await run(['--version']);
  t.equal(code, 0);
  t.match(out, /^\d+\.\d+\.\d+\n$/);
});

t.test('colours are for a terminal only, and for one that wants them', async (t) => {
  const rows: readonly [{ isTTY?: boolean; env?: Record<string, string> }, boolean][] = [
    [{ isTTY: true }, true],
    [{}, false],
    [{ isTTY: true, env: { NO_COLOR: '1' } }, false],
    [{ isTTY: true, env: { TERM: 'dumb' } }, false],
  ];
  for (const [options, coloured] of rows)
    for (const args of [['--help'], ['nothing'], ['broken']]) {
      const { out, err } = await run(args, options);
      t.equal((out + err).includes('\u001b'), coloured, `${args} ${JSON.stringify(options)}`);
    }
});
