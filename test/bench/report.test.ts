import t from 'tap';
import { curveCells, tableCells } from '../../bench/report/cells.ts';
import { barChart } from '../../bench/report/chart.ts';
import { markdownTable, reportMarkdown } from '../../bench/report/markdown.ts';
import { readmeChart, readmePart } from '../../bench/report/readme-part.ts';
import type { Report } from '../../bench/report/report.ts';
import { terminalText } from '../../bench/report/terminal.ts';
import { BURST_CPU, CPU, type Curve, RATE, RAW, STUDIO, type Table } from '../../bench/scenario.ts';

const TABLE: Table = {
  kind: 'table',
  title: 'GET /api/auth/session',
  metrics: [CPU, RATE],
  baseline: { server: RAW, metric: CPU.key },
  rows: [
    { server: RAW, version: '20', samples: { cpu: [4, 5, 6], rate: [200_000, 200_000, 200_000] } },
    { server: STUDIO, version: '1', samples: { cpu: [5, 5.5, 7.5], rate: [1000, 1234.4, 1500] } },
  ],
  notes: ['a note'],
};

const BURSTS: Table = {
  ...TABLE,
  title: 'in bursts',
  metrics: [BURST_CPU],
  baseline: { server: RAW, metric: BURST_CPU.key },
  rows: [
    { server: RAW, version: '20', samples: { 'burst-cpu': [1, 1, 1] } },
    { server: STUDIO, version: '1', samples: { 'burst-cpu': [2, 2, 2] } },
  ],
};

const CURVE: Curve = {
  kind: 'curve',
  title: 'cookies',
  x: 'cookies in rotation',
  metric: CPU,
  points: [
    { x: 1, samples: [5] },
    { x: 100_000, samples: [6] },
  ],
  notes: [],
};

const REPORT: Report = {
  date: '2026-01-02T03:04:05.678Z',
  machine: { cpu: 'A <CPU>', cores: 2, memoryGigabytes: 8, kernel: '6.1', node: 'v20', loadBefore: 0.1 },
  method: 'Somehow.',
  quick: false,
  scenarios: [
    { name: 'session', measures: 'A small JSON.', results: [TABLE, BURSTS] },
    { name: 'growth', measures: 'What grows.', results: [CURVE] },
  ],
};

t.test(
  'a table shows medians, the middle half of what is compared, and the median of the ratios',
  async (t) => {
    t.same(tableCells(TABLE), {
      heads: ['server', 'version', 'CPU µs/request', 'requests/s', `ratio to ${RAW}`],
      rows: [
        [RAW, '20', '5.00 (4.50-5.50)', '200,000', '1'],
        [STUDIO, '1', '5.50 (5.25-6.50)', '1,234', '1.25 (1.18-1.25)'],
      ],
    });
  },
);

t.test('without something to compare with, every metric shows how it varies', async (t) => {
  const cells = tableCells({ ...TABLE, baseline: null });
  t.same(cells.rows[1], [STUDIO, '1', '5.50 (5.25-6.50)', '1,234 (1,117-1,367)']);
});

t.test('what was not measured is a dash, also when it is what the others are held against', async (t) => {
  const rows = [{ server: STUDIO, version: '1', samples: { cpu: [5] } }];
  t.same(tableCells({ ...TABLE, rows }).rows, [[STUDIO, '1', '5.00', '-', '-']]);
});

t.test('a curve shows each point and how it is to the first', async (t) => {
  t.same(curveCells(CURVE).rows, [
    ['1', '5.00', '1.00'],
    ['100,000', '6.00', '1.20'],
  ]);
});

t.test('in the terminal the columns stand below each other', async (t) => {
  const [title, heads = '', first = '', second = '', note] = terminalText(TABLE).split('\n');
  t.equal(title, TABLE.title);
  for (const line of [first, second]) t.equal(line.search(/\d/), heads.indexOf('version'));
  t.equal(note, '  a note');
});

t.test('a bar in a cell of a Markdown table does not end the cell', async (t) => {
  t.same(markdownTable({ heads: ['a'], rows: [['x|y']] }), ['| a |', '| --- |', '| x\\|y |']);
});

t.test('the report has the date, the machine and every result', async (t) => {
  const text = reportMarkdown(REPORT);
  t.match(text, /^# What Studio costs, 2026-01-02\n/);
  t.match(text, 'A <CPU>, 2 cores, 8 GB, Linux 6.1, Node v20');
  t.match(text, '| Studio | 1 | 5.50 (5.25-6.50) | 1,234 | 1.25 (1.18-1.25) |');
  t.match(text, '| 100,000 | 6.00 | 1.20 |');
  t.notMatch(text, 'busy');
});

t.test('a machine that had other work is said in the report', async (t) => {
  const machine = { ...REPORT.machine, loadBefore: 1.5 };
  t.match(reportMarkdown({ ...REPORT, machine }), /busy before the bench began \(load 1.50 on 2 cores\)/);
});

t.test('the README has the peers, each request to raw, and folds the rest away', async (t) => {
  const part = readmePart(REPORT, 'bench/speed.svg');
  t.match(part, '](bench/speed.svg)');
  t.match(part, '| Studio | 1 | 5.50 (5.25-6.50)');
  t.match(part, '| `session` | A small JSON. | 5.00 | 5.50 | 1.25 | 1.00 | 2.00 | 2.00 |');
  t.match(part, '<details><summary><code>session</code>: the same in bursts</summary>');
  t.match(part, '<details><summary><code>growth</code>: What grows.</summary>');
});

t.test('without the session scenario there is no chart', async (t) => {
  const scenarios = REPORT.scenarios.slice(1);
  t.equal(readmeChart({ ...REPORT, scenarios }), null);
  t.notMatch(readmePart({ ...REPORT, scenarios }, 'bench/speed.svg'), 'speed.svg');
});

t.test(
  'the chart has a bar for each server, the cheapest first, as long as its share of the longest',
  async (t) => {
    const chart = readmeChart(REPORT);
    t.same(chart?.bars, [
      { label: RAW, value: 5, isOwn: false },
      { label: STUDIO, value: 5.5, isOwn: true },
    ]);
    const svg = barChart({
      title: 'a & b',
      digits: 1,
      bars: [
        { label: '<none>', value: 0, isOwn: false },
        { label: 'half', value: 50, isOwn: true },
        { label: 'all', value: 100, isOwn: false },
      ],
      footer: ['2026-01-02'],
    });
    t.same(
      [...svg.matchAll(/<rect class="(bar[a-z ]*)" .*width="(\d+)"/g)].map(([, name, width]) => [
        name,
        width,
      ]),
      [
        ['bar', '2'],
        ['bar own', '235'],
        ['bar', '470'],
      ],
    );
    t.match(svg, 'a &amp; b');
    t.match(svg, '&lt;none&gt;');
    t.match(svg, '@media(prefers-color-scheme:dark)');
    t.match(svg, '>2026-01-02</text>');
  },
);
