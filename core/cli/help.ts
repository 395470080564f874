import { VARIABLES } from '../config/variables.ts';
import type { Commands } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { Paint } from './paint.ts';

/** What `--help` prints. */
export function helpText(commands: Commands, { bold }: Pick<Paint, 'bold'>): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const subcommands = Object.entries(commands).map(
    ([name, { summary }]) => `  ${bold(name.padEnd(width))}  ${summary}`,
  );
  const variables = Object.entries(VARIABLES).map(
    ([name, { fallback, help }]) =>
      `  ${bold(name)}${fallback === '' ? '' : ` (default ${fallback})`}\n      ${help}`,
  );
  return `ComfyUI Studio: the front door of a ComfyUI pod.

Usage: studio [command]

Commands:

${subcommands.join('\n')}
  ${'--help'.padEnd(width)}, --version

Exit codes: ${EXIT.ok} it went well, ${EXIT.failed} it did not, ${EXIT.usage} the command was not understood, ${EXIT.restart} Studio is to be started anew, ${EXIT.config} the
configuration will not do.

Signals to the process that was started: SIGTERM and SIGINT stop Studio, SIGUSR2 restarts it without a gap.

It is configured by environment variables:

${variables.join('\n')}
`;
}
