import t from 'tap';
import { parsePythonJson } from '../../../core/runs/python-json.ts';

t.test('what JSON has not becomes null, outside of strings only', async (t) => {
  const table: [text: string, expected: unknown][] = [
    ['{"a": 1}', { a: 1 }],
    ['[NaN, -Infinity, Infinity, 1]', [null, null, null, 1]],
    ['{"NaN": "NaN \\" Infinity", "x": NaN}', { NaN: 'NaN " Infinity', x: null }],
    ['{"x": NaNa}', undefined],
    ['NaN "never closed', undefined],
    ['nope', undefined],
    ['', undefined],
  ];
  for (const [text, expected] of table) t.same(parsePythonJson(text), expected, text);
});

t.test('a string that is never closed takes no longer than one that is', async (t) => {
  t.equal(parsePythonJson(`NaN "${'\\"'.repeat(1_000_000)}`), undefined);
});

t.test('a string that is too much for the expression is not JSON, and no exception', async (t) => {
  t.equal(parsePythonJson(`{"x": NaN, "y": "${'\\\\n'.repeat(8_000_000)}"}`), undefined);
});
