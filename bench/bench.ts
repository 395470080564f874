/** npm run bench [-- scenario...] [--quick] [--check] [--readme]: what Studio costs, in figures that anyone can take again. */
import { parseCommand } from './command-line.ts';
import { busyWarning, describeMachine, machineLine } from './machine.ts';
import { writeReport } from './report/files.ts';
import type { Measured, Report } from './report/report.ts';
import { terminalText } from './report/terminal.ts';
import type { Options } from './scenario.ts';
import { SCENARIOS } from './scenarios/scenarios.ts';

const command = parseCommand(process.argv.slice(2), SCENARIOS);
if (typeof command === 'string') {
  console.log(command);
  process.exit(process.argv.includes('--help') ? 0 : 2);
}

const machine = describeMachine();
const options: Options = {
  quick: command.quick,
  rounds: command.quick ? 3 : 7,
  seconds: command.quick ? 0.5 : 1.5,
  say: (line) => console.log(line),
};
const method = `${options.rounds} rounds in turn of ${options.seconds} s; medians, with the middle half of the rounds in brackets; a ratio is the median of the rounds' own.`;

console.log(`${machineLine(machine)}\n${busyWarning(machine) ?? ''}\n${method}\n`);
const date = new Date().toISOString();
const scenarios: Measured[] = [];
for (const { name, measures, run } of command.scenarios) {
  console.log(`${name}: ${measures}\n`);
  const results = await run(options);
  for (const result of results) console.log(terminalText(result));
  scenarios.push({ name, measures, results });
}

const report: Report = { date, machine, method, quick: command.quick, scenarios };
console.log(`written: ${writeReport(report, 'bench/results').join(', ')}`);
