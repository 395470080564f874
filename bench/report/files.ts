import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportMarkdown } from './markdown.ts';
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
