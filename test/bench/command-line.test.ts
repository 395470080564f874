import t from 'tap';
import { parseCommand } from '../../bench/command-line.ts';
import type { Scenario } from '../../bench/scenario.ts';
import { SCENARIOS } from '../../bench/scenarios/scenarios.ts';

const KNOWN: readonly Scenario[] = ['session', 'health'].map((name) => ({
  name,
  measures: `About ${name}.`,
  run: () => Promise.resolve([]),
}));

t.test('without names everything is measured, with names those, in the bench’s own order', async (t) => {
  t.match(parseCommand([], KNOWN), { scenarios: KNOWN, quick: false, check: false, readme: false });
  t.match(parseCommand(['health', 'session', '--quick', '--check'], KNOWN), {
    scenarios: KNOWN,
    quick: true,
    check: true,
  });
  t.match(parseCommand(['health'], KNOWN), { scenarios: KNOWN.slice(1) });
});

t.test('a name or flag that does not exist is answered with those that do', async (t) => {
  for (const wrong of ['sesion', '--quik']) {
    const text = parseCommand([wrong], KNOWN);
    t.match(text, `Not known: ${wrong}`);
    t.match(text, /^ {2}session {2}About session\.$/m);
  }
  t.match(parseCommand(['--help'], KNOWN), /^npm run bench/);
});

t.test('no two scenarios share a name, and each can be typed', async (t) => {
  const names = SCENARIOS.map(({ name }) => name);
  t.equal(new Set(names).size, names.length);
  for (const name of names) t.match(name, /^[a-z]+(-[a-z]+)*$/);
});
