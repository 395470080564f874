import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../package-root.ts';
import { StartupError } from '../startup-error.ts';
import { type Commands, type Environment, UsageError } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { helpText } from './help.ts';
import { paintFor } from './paint.ts';

interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
}

/** What is done when no command is named. */
const DEFAULT = 'serve';

/** Runs the command that `args` name, and resolves to the exit code; whatever goes wrong is said in words. */
export async function runCli(
  commands: Commands,
  args: readonly string[],
  env: Environment,
  terminal: Terminal = process,
): Promise<number> {
  const { stdout, stderr } = terminal;
  // A command has one help: everybody's. What follows `--` would be a command's own.
  if (args.some((arg) => arg === '--help' || arg === '-h')) {
    stdout.write(helpText(commands, paintFor(stdout, env)));
    return EXIT.ok;
  }
  if (args.includes('--version')) {
    stdout.write(`${version()}\n`);
    return EXIT.ok;
  }
  const [name = DEFAULT, ...rest] = args;
  try {
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined) throw new UsageError(`there is no command ${JSON.stringify(name)}`);
    return await command.run(rest, env);
  } catch (error) {
    const { red } = paintFor(stderr, env);
    if (error instanceof UsageError) {
      stderr.write(`${red('studio:')} ${error.message}. "studio --help" lists the commands.\n`);
      return EXIT.usage;
    }
    stderr.write(`${red(error instanceof Error ? error.message : String(error))}\n`);
    return error instanceof StartupError ? error.exitCode : EXIT.failed;
  }
}

const Package = z.object({ version: z.string() });

function version(): string {
  return Package.parse(JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'))).version;
}
