import type { Scenario } from './scenario.ts';

export interface Command {
  readonly scenarios: readonly Scenario[];
  readonly quick: boolean;
  /** Holds the ratios against the limits. */
  readonly check: boolean;
  /** Writes the README's part even though not everything was measured. */
  readonly readme: boolean;
}

const FLAGS = ['--quick', '--check', '--readme', '--help'];

/** What to do, or the text to show instead: a mistake is answered with what there is. */
export function parseCommand(args: readonly string[], known: readonly Scenario[]): Command | string {
  const flags = args.filter((arg) => arg.startsWith('-'));
  const names = args.filter((arg) => !arg.startsWith('-'));
  const unknown = [
    ...flags.filter((flag) => !FLAGS.includes(flag)),
    ...names.filter((name) => known.every((scenario) => scenario.name !== name)),
  ];
  if (unknown.length > 0) return `Not known: ${unknown.join(', ')}\n\n${usage(known)}`;
  if (flags.includes('--help')) return usage(known);
  return {
    scenarios: names.length === 0 ? known : known.filter(({ name }) => names.includes(name)),
    quick: flags.includes('--quick'),
    check: flags.includes('--check'),
    readme: flags.includes('--readme'),
  };
}

function usage(known: readonly Scenario[]): string {
  const width = Math.max(...known.map(({ name }) => name.length)) + 2;
  return [
    'npm run bench [-- scenario...] [--quick] [--check] [--readme]',
    '',
    ...known.map(({ name, measures }) => `  ${name.padEnd(width)}${measures}`),
    '',
    '  --quick   short rounds, and few',
    '  --check   fails when a ratio is beyond its limit in bench/limits.json in every round',
    "  --readme  writes the README's table and chart; a full run does so by itself",
  ].join('\n');
}
