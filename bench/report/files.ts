import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withMarkedPart } from '../../scripts/marked-part.ts';
import { barChart } from './chart.ts';
import { reportMarkdown } from './markdown.ts';
import { readmeChart, readmePart } from './readme-part.ts';
import type { Report } from './report.ts';

/** Writes the report as `<date>.json`, with every sample, and `<date>.md`. Returns their paths. */
export function writeReport(report: Report, folder: string): readonly string[] {
  mkdirSync(folder, { recursive: true });
  // Colons are not for file names everywhere.
  const path = join(folder, report.date.slice(0, 19).replaceAll(':', '-'));
  writeFileSync(`${path}.json`, `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(`${path}.md`, reportMarkdown(report));
  return [`${path}.json`, `${path}.md`];
}

const README = 'README.md';
const CHART = 'bench/speed.svg';

/** Writes the README's figures between their marks, and the chart beside. Returns what it wrote. */
export function writeReadme(report: Report): readonly string[] {
  const part = readmePart(report, CHART);
  const readme = withMarkedPart(
    readFileSync(README, 'utf8'),
    '<!-- speed: by npm run bench -->',
    '<!-- /speed -->',
    part,
  );
  writeFileSync(README, readme);
  const chart = readmeChart(report);
  if (chart === null) return [README];
  writeFileSync(CHART, barChart(chart));
  return [README, CHART];
}
