import { busyWarning, machineLine } from '../machine.ts';
import { BURST_CPU, CPU, RAW, STUDIO, type Table } from '../scenario.ts';
import { median, pairedRatios } from '../statistics.ts';
import { type Cells, grouped, tableCells } from './cells.ts';
import type { BarChart } from './chart.ts';
import { markdownTable, resultLines } from './markdown.ts';
import type { Measured, Report } from './report.ts';

/** The scenario that the chart shows and that has a table with every peer. */
const MAIN = 'session';

const CHART_TITLE = 'CPU µs per request: a signed cookie verified and renewed, a small JSON';

/** The README's figures: chart, the peers, each request held against raw uWebSockets.js, and the rest folded away. */
export function readmePart(report: Report, chartPath: string): string {
  const { date, machine, method, scenarios } = report;
  const warning = busyWarning(machine);
  const main = mainTable(report);
  const short = scenarios.filter((measured) => comparedRequests(measured).length > 0);
  const rest = scenarios.filter((measured) => !short.includes(measured));
  return [
    ...(main === null ? [] : [`![${CHART_TITLE}](${chartPath})`, '']),
    `${date.slice(0, 10)}, ${machineLine(machine)}. ${method}${warning === null ? '' : ` ${warning}`}`,
    ...(main === null ? [] : ['', ...markdownTable(tableCells(main)), '', ...main.notes]),
    ...scenarios.filter(({ name }) => name === MAIN).flatMap(inBursts),
    ...(short.length === 0 ? [] : ['', ...markdownTable(requestCells(short))]),
    ...rest.flatMap((measured) => folded(measured)),
  ].join('\n');
}

/** What the chart shows: CPU time per request of each server; null when that was not measured. */
export function readmeChart(report: Report): BarChart | null {
  const main = mainTable(report);
  if (main === null) return null;
  return {
    title: CHART_TITLE,
    bars: main.rows
      .map(({ server, samples }) => ({
        label: server,
        value: median(samples[CPU.key] ?? []),
        isOwn: server === STUDIO,
      }))
      .sort((one, other) => one.value - other.value),
    digits: 1,
    footer: [`Less is better. ${report.date.slice(0, 10)}, ${machineLine(report.machine)}`],
  };
}

/** Of the scenario with the peers, also the table that did not stand open. */
function inBursts({ results, ...measured }: Measured): readonly string[] {
  const others = results.slice(1);
  return others.length === 0 ? [] : folded({ ...measured, measures: 'the same in bursts', results: others });
}

function mainTable({ scenarios }: Report): Table | null {
  const results = scenarios.find(({ name }) => name === MAIN)?.results ?? [];
  return results.find((result) => result.kind === 'table') ?? null;
}

/** A scenario of a single request has two tables: as autocannon sends it, and in bursts. Of any other, none. */
function comparedRequests({ results }: Measured): readonly Table[] {
  const tables = results.flatMap((result) => (result.kind === 'table' ? [result] : []));
  return [CPU.key, BURST_CPU.key].flatMap((key) => {
    const table = tables.find(({ baseline }) => baseline?.server === RAW && baseline.metric === key);
    return table === undefined || results.length !== 2 ? [] : [table];
  });
}

function requestCells(scenarios: readonly Measured[]): Cells {
  return {
    heads: [
      'scenario',
      '',
      'raw uWebSockets.js, CPU µs',
      'Studio, CPU µs',
      'ratio',
      'in bursts: raw',
      'Studio',
      'ratio',
    ],
    rows: scenarios.map((measured) => [
      `\`${measured.name}\``,
      measured.measures,
      ...comparedRequests(measured).flatMap(ratioCells),
    ]),
  };
}

function ratioCells({ baseline, rows }: Table): readonly string[] {
  const [raw, studio] = [RAW, STUDIO].map(
    (name) => rows.find(({ server }) => server === name)?.samples[baseline?.metric ?? ''] ?? [],
  );
  return [
    grouped(median(raw ?? []), 2),
    grouped(median(studio ?? []), 2),
    grouped(median(pairedRatios(studio ?? [], raw ?? [])), 2),
  ];
}

function folded({ name, measures, results }: Measured): readonly string[] {
  return [
    '',
    `<details><summary><code>${name}</code>: ${measures}</summary>`,
    ...results.flatMap(resultLines),
    '',
    '</details>',
  ];
}
