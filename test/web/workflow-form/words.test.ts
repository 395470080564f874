import t from 'tap';
import { choicesIn } from '../../../web/workflow-form/choices.ts';
import { sortProblems } from '../../../web/workflow-form/field-problems.ts';
import { findFields } from '../../../web/workflow-form/fields.ts';
import { readGraph } from '../../../web/workflow-form/graph.ts';
import { inputFile, inputName } from '../../../web/workflow-form/input-file.ts';
import { txt2img } from '../../support/workflows.ts';

t.test('what ComfyUI offers for an input, in its older and its newer words', async (t) => {
  const info = (declared: unknown, part = 'required') => ({
    K: { input: { [part]: { scheduler: declared } } },
  });
  const rows: readonly [unknown, readonly string[]][] = [
    [info([['normal', 'karras'], {}]), ['normal', 'karras']],
    [info(['COMBO', { options: ['normal', 5, 'karras'] }], 'optional'), ['normal', 'karras']],
    [info(['STRING', {}]), []],
    [info('odd'), []],
    [{}, []],
    [null, []],
  ];
  for (const [answer, choices] of rows) t.same(choicesIn(answer, 'K', 'scheduler'), choices);
  t.equal(choicesIn(info([Array.from({ length: 9000 }, String), {}]), 'K', 'scheduler').length, 2000);
});

t.test('an objection goes to the field of the input that it names', async (t) => {
  const fields = findFields(readGraph(JSON.stringify(txt2img())));
  const steps = { input: 'steps', words: 'too small' };
  const missing = { input: 'model', words: 'missing' };
  const { byField, others } = sortProblems(fields, [
    { id: '3', type: 'KSampler', problems: [steps, missing] },
    { id: '5', type: 'EmptyLatentImage', problems: [{ input: 'width', words: 'too large' }] },
    { id: '9', type: 'SaveImage', problems: [] },
  ]);
  t.same(
    [...byField],
    [
      ['3.steps', ['too small']],
      ['5.width', ['too large']],
    ],
  );
  t.same(others, [
    { id: '3', type: 'KSampler', problems: [missing] },
    { id: '9', type: 'SaveImage', problems: [] },
  ]);
});

t.test('pictures as LoadImage names them', async (t) => {
  const rows: readonly [string, string, string, string][] = [
    ['a.png', 'a.png', '', 'input'],
    ['x/y/a b.png', 'a b.png', 'x/y', 'input'],
    ['a.png [temp]', 'a.png', '', 'temp'],
    ['a [draft].png', 'a [draft].png', '', 'input'],
  ];
  for (const [name, filename, subfolder, type] of rows) {
    t.same(inputFile(name), { filename, subfolder, type });
    t.equal(inputName({ name: filename, subfolder, type }), name);
  }
});
