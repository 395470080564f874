import t from 'tap';
import { readWorkflow } from '../../../web/workflow.ts';
import { newSeed, numberText, withChanges, withNewSeeds } from '../../../web/workflow-form/change.ts';
import { findFields } from '../../../web/workflow-form/fields.ts';
import { readGraph } from '../../../web/workflow-form/graph.ts';

const TEXT = `{
  "3": { "class_type": "KSampler", "inputs": { "seed": 18446744073709551615, "cfg": 7.50, "positive": ["6", 0] } },
  "6": { "class_type": "CLIPTextEncode", "inputs": { "text": "a \\"ridge\\"" } }
}`;

t.test('a change leaves every other character as it was', async (t) => {
  const fields = findFields(readGraph(TEXT));
  t.same(
    fields.map(({ value }) => value),
    ['a "ridge"', '18446744073709551615', '7.50'],
    'nothing is rounded',
  );
  t.equal(
    withChanges(
      TEXT,
      fields.flatMap((field) =>
        field.kind === 'text'
          ? [{ field, value: 'dusk\n"ö"' }]
          : field.kind === 'seed'
            ? [{ field, value: '9007199254740993' }]
            : [],
      ),
    ),
    TEXT.replace('18446744073709551615', '9007199254740993').replace('a \\"ridge\\"', 'dusk\\n\\"ö\\"'),
  );
  t.equal(withChanges(TEXT, []), TEXT);
});

t.test('the places hold for a workflow inside {"prompt": …} and after blanks', async (t) => {
  for (const text of [`\n  ${TEXT}`, `{"front": true, "prompt": ${TEXT}}`]) {
    const reading = readWorkflow(text);
    if (!reading.ok) throw new Error(reading.problem);
    const changed = withNewSeeds(text, reading.fields);
    t.not(changed, text);
    t.equal(changed.replace(/"seed": \d+/, '"seed": 18446744073709551615'), text);
  }
});

t.test('a new seed is one that every node takes', async (t) => {
  for (let turn = 0; turn < 100; turn++) {
    const seed = Number(newSeed());
    t.ok(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32);
  }
});

t.test('numbers as they are typed', async (t) => {
  const rows: readonly [string, 'integer' | 'number' | 'seed', string | null][] = [
    ['20', 'integer', '20'],
    [' 007 ', 'integer', '7'],
    ['0', 'integer', '0'],
    ['-1', 'seed', '-1'],
    ['18446744073709551615', 'seed', '18446744073709551615'],
    ['7.5', 'number', '7.5'],
    ['7,5', 'number', '7.5'],
    ['00.50', 'number', '0.50'],
    ['7.5', 'integer', null],
    ['7.', 'number', null],
    ['', 'integer', null],
    ['1e3', 'number', null],
    ['many', 'integer', null],
  ];
  for (const [typed, kind, expected] of rows) t.equal(numberText(typed, kind), expected, `${typed} ${kind}`);
});
