import { busyWarning, machineLine } from '../machine.ts';
import type { Result } from '../scenario.ts';
import { type Cells, curveCells, tableCells } from './cells.ts';
import type { Measured, Report } from './report.ts';

/** The whole report in Markdown. */
export function reportMarkdown({ date, machine, method, quick, scenarios }: Report): string {
  const warning = busyWarning(machine);
  return [
    `# What Studio costs, ${date.slice(0, 10)}${quick ? ' (quick)' : ''}`,
    '',
    `${machineLine(machine)}. ${method}`,
    ...(warning === null ? [] : ['', `**${warning}**`]),
    ...scenarios.flatMap(scenarioLines),
    '',
  ].join('\n');
}

function scenarioLines({ name, measures, results }: Measured): readonly string[] {
  return ['', `## ${name}`, '', measures, ...results.flatMap(resultLines)];
}

/** One result under a heading. */
export function resultLines(result: Result): readonly string[] {
  const cells = result.kind === 'table' ? tableCells(result) : curveCells(result);
  return [
    '',
    `### ${result.title}`,
    '',
    ...markdownTable(cells),
    ...(result.notes.length === 0 ? [] : ['', ...result.notes.map((note) => `- ${note}`)]),
  ];
}

/** Text that is a cell of its own, whatever is in it. */
export function markdownTable({ heads, rows }: Cells): readonly string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)];
}
