/** Runs every test with tap and ends with one line of how many passed, in words that any tool can read. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const RESULTS = '.tap/test-results';

rmSync(RESULTS, { recursive: true, force: true });
// Without a terminal, only what failed is worth a line.
const reporter = process.stdout.isTTY ? 'terse' : 'min';
const { status } = spawnSync('tap', ['run', `--reporter=${reporter}`, ...process.argv.slice(2)], {
  stdio: 'inherit',
});

// tap keeps the output of every test file. A subtest's own line carries its time; the assertions are the others.
const lines = readdirSync(RESULTS, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.tap'))
  .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').split('\n'))
  .filter((line) => /^ *(not )?ok \d/.test(line));
const count = (test: (line: string) => boolean): number => lines.filter(test).length;

const isSkipped = (line: string): boolean => /# (skip|todo)/i.test(line);
const isSubtest = (line: string): boolean => / # time=/.test(line);
const passed = count((line) => !/^ *not/.test(line) && !isSkipped(line) && !isSubtest(line));
const failed = count((line) => /^ *not/.test(line) && !isSkipped(line) && !isSubtest(line));
const skipped = count(isSkipped);
for (const line of lines.filter(isSkipped)) console.log(line.trim());
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
// A run without a single pass is no success, whatever tap says.
process.exit(status === 0 && passed > 0 ? 0 : 1);
