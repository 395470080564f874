import { type Verdict, verdictCells } from '../limits.ts';
import type { Result } from '../scenario.ts';
import { type Cells, curveCells, tableCells } from './cells.ts';

/** A result for the terminal: a title, columns of equal width, notes. */
export function terminalText(result: Result): string {
  const cells = result.kind === 'table' ? tableCells(result) : curveCells(result);
  return [result.title, ...columns(cells), ...result.notes.map((note) => `  ${note}`), ''].join('\n');
}

/** What the limits say, one line each. */
export function verdictText(verdicts: readonly Verdict[]): string {
  return columns(verdictCells(verdicts)).join('\n');
}

function columns({ heads, rows }: Cells): readonly string[] {
  const lines = [heads, ...rows];
  const widths = heads.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  return lines.map((line) =>
    `  ${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd(),
  );
}
