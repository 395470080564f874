/** npm run bench [-- scenario...] [--quick] [--check] [--readme]: what Studio costs, in figures that anyone can take again. */
import { readFileSync } from 'node:fs';
import { parseCommand } from './command-line.ts';
import { judgeLimits, Limits } from './limits.ts';
import { busyWarning, describeMachine, machineLine } from './machine.ts';
import { writeReadme, writeReport } from './report/files.ts';
import type { Measured, Report } from './report/report.ts';
import { terminalText, verdictText } from './report/terminal.ts';
import type { Options } from './scenario.ts';
import { SCENARIOS } from './scenarios/scenarios.ts';

const command = parseCommand(process.argv.slice(2), SCENARIOS);
if (typeof command === 'string') {
  console.log(command);
  process.exit(process.argv.includes('--help') ? 0 : 2);
}

// Before anything is measured: a mistake in it shall not come out at the end.
const limits = Limits.parse(JSON.parse(readFileSync('bench/limits.json', 'utf8')));
const options: Options = {
  quick: command.quick,
  rounds: command.quick ? 3 : 7,
  seconds: command.quick ? 0.3 : 0.6,
  say: (line) => console.log(line),
};
const began = { date: new Date().toISOString(), machine: describeMachine() };
const method = `${options.rounds} rounds in turn of ${options.seconds} s, medians, with the middle half of the rounds in brackets; a ratio is the median of the rounds' own.`;
console.log(`${machineLine(began.machine)}\n${busyWarning(began.machine) ?? ''}\n${method}\n`);

const scenarios: Measured[] = [];
for (const { name, measures, run } of command.scenarios) {
  console.log(`${name}: ${measures}\n`);
  const startedAt = performance.now();
  try {
    const results = await run(options);
    for (const result of results) console.log(terminalText(result));
    scenarios.push({ name, measures, results });
  } catch (error) {
    // What the others found in a quarter of an hour is not to be lost.
    console.error(`${name} could not be measured:`, error);
    process.exitCode = 1;
  }
  console.log(`(${((performance.now() - startedAt) / 1000).toFixed(0)} s)\n`);
}

const report: Report = { ...began, method, quick: command.quick, scenarios };
const written = [...writeReport(report, 'bench/results')];
const isFull = scenarios.length === SCENARIOS.length && !command.quick;
if (isFull || command.readme) written.push(...writeReadme(report));
console.log(`written: ${written.join(', ')}`);

if (command.check) {
  const verdicts = judgeLimits(limits, scenarios);
  console.log(`\n${verdictText(verdicts)}`);
  if (verdicts.some(({ verdict }) => verdict === 'exceeded')) process.exitCode = 1;
}
