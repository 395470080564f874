import { readFileSync } from 'node:fs';
import t from 'tap';
import { judgeLimits, type Limit, Limits, verdictCells } from '../../bench/limits.ts';
import type { Measured } from '../../bench/report/report.ts';
import type { Result } from '../../bench/scenario.ts';
import { SCENARIOS } from '../../bench/scenarios/scenarios.ts';

const CPU = { key: 'cpu', title: 'CPU', digits: 2 };

function tableOf(title: string, samples: Readonly<Record<string, readonly number[]>>): Result {
  const rows = Object.entries(samples).map(([server, cpu]) => ({ server, version: '1', samples: { cpu } }));
  return { kind: 'table', title, metrics: [CPU], baseline: null, rows, notes: [] };
}

function measuredOf(...results: readonly Result[]): readonly Measured[] {
  return [{ name: 'session', measures: '', results }];
}

const AT_MOST: Limit = { scenario: 'session', metric: 'cpu', server: 'Studio', to: 'raw', atMost: 1.15 };
const AT_LEAST: Limit = { scenario: 'session', metric: 'cpu', server: 'Studio', to: 'raw', atLeast: 6 };

const CASES: readonly [string, Limit, readonly number[], string][] = [
  ['below', AT_MOST, [1, 1.1, 1.2], 'kept'],
  ['just at it', AT_MOST, [1.15, 1.15, 1.15], 'kept'],
  ['above, but not in every round', AT_MOST, [1.1, 1.2, 1.2, 1.2, 1.3], 'close'],
  ['above in all, however far', AT_MOST, [1.16, 1.3, 9], 'exceeded'],
  ['more than enough', AT_LEAST, [7, 8, 9], 'kept'],
  ['less, but not in every round', AT_LEAST, [5, 5, 5, 5, 7], 'close'],
  ['less in all', AT_LEAST, [5, 5, 5], 'exceeded'],
];

for (const [name, limit, ratios, verdict] of CASES) {
  t.test(`a ratio that is ${name}: ${verdict}`, async (t) => {
    // The rounds differ by what the machine did; the ratios do not show it.
    const raw = ratios.map((_, round) => 5 + round);
    const studio = ratios.map((ratio, round) => ratio * (5 + round));
    const [found] = judgeLimits([limit], measuredOf(tableOf('GET', { raw, Studio: studio })));
    t.equal(found?.verdict, verdict);
  });
}

t.test(
  'what did not run is not judged, and what could not be measured is said and fails nothing',
  async (t) => {
    t.same(judgeLimits([AT_MOST], []), []);
    const [missing] = judgeLimits([AT_MOST], measuredOf(tableOf('GET', { Studio: [5] })));
    t.equal(missing?.verdict, 'not measured');
  },
);

t.test('a limit counts for every table of its scenario, or for the one that it names', async (t) => {
  const measured = measuredOf(
    tableOf('small', { raw: [1], Studio: [1] }),
    tableOf('large', { raw: [1], Studio: [2] }),
  );
  t.same(
    judgeLimits([AT_MOST], measured).map(({ verdict }) => verdict),
    ['kept', 'exceeded'],
  );
  t.same(
    judgeLimits([{ ...AT_MOST, title: 'small' }], measured).map(({ verdict }) => verdict),
    ['kept'],
  );
});

t.test('memory may have a limit of its own, and a curve one for its last point to its first', async (t) => {
  const memory: Limit = { scenario: 'session', metric: 'memory', server: 'Studio', atMost: 70 };
  const table = tableOf('GET', {});
  const rows = [{ server: 'Studio', version: '1', samples: { memory: [80, 81, 82] } }];
  const [big] = judgeLimits([memory], measuredOf(table.kind === 'table' ? { ...table, rows } : table));
  t.equal(big?.verdict, 'exceeded');

  const growth: Limit = { scenario: 'session', curve: 'cookies', atMost: 1.5 };
  const points = [
    { x: 1, samples: [4, 4, 4] },
    { x: 10, samples: [9, 9, 9] },
    { x: 100, samples: [5, 5, 5] },
  ];
  const curve: Result = { kind: 'curve', title: 'cookies', x: 'cookies', metric: CPU, points, notes: [] };
  const [flat] = judgeLimits([growth], measuredOf(curve));
  t.match(flat, { verdict: 'kept', found: { median: 1.25 } });
});

t.test('no limit is put on a time, and every limit says in which direction', async (t) => {
  const time = { scenario: 'session', metric: 'cpu', server: 'Studio', atMost: 5 };
  const neither = { scenario: 'session', metric: 'cpu', server: 'Studio', to: 'raw' };
  const both = { ...neither, atMost: 1, atLeast: 1 };
  for (const wrong of [time, neither, both]) t.notOk(Limits.safeParse([wrong]).success);
  t.ok(Limits.safeParse([AT_MOST, AT_LEAST]).success);
});

t.test('the committed limits can be read, and each is of a scenario that there is', async (t) => {
  const limits = Limits.parse(JSON.parse(readFileSync('bench/limits.json', 'utf8')));
  const names = SCENARIOS.map(({ name }) => name);
  for (const { scenario } of limits) t.ok(names.includes(scenario), scenario);
});

t.test('the verdicts as a table', async (t) => {
  const verdicts = judgeLimits([AT_MOST], measuredOf(tableOf('GET', { raw: [1], Studio: [2] })));
  t.same(verdictCells(verdicts).rows, [
    ['session', 'GET', 'Studio, cpu to raw: at most 1.15', '2.00 (2.00-2.00)', 'exceeded'],
  ]);
});
