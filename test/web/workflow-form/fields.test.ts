import t from 'tap';
import { exampleWorkflow } from '../../../web/example.ts';
import { findFields } from '../../../web/workflow-form/fields.ts';
import { readGraph } from '../../../web/workflow-form/graph.ts';
import { toy, txt2img } from '../../support/workflows.ts';

/** `label=value (kind)` of each field, in the order of the form. */
function formOf(workflow: unknown): readonly string[] {
  const text = typeof workflow === 'string' ? workflow : JSON.stringify(workflow);
  return findFields(readGraph(text)).map(({ label, value, kind }) => `${label}=${value} (${kind})`);
}

const encode = (text: unknown) => ({ class_type: 'CLIPTextEncode', inputs: { text, clip: ['4', 1] } });
const sampler = (inputs: object) => ({ class_type: 'KSampler', inputs });

t.test('a common workflow becomes a form: prompts, then settings', async (t) => {
  t.same(formOf(txt2img(20, 7)), [
    'Positive prompt=three ridges and a lake at dusk (text)',
    'Negative prompt=text, watermark (text)',
    'Seed=7 (seed)',
    'Steps=20 (integer)',
    'CFG=8 (number)',
    'Width=512 (integer)',
    'Height=512 (integer)',
    'Batch=1 (integer)',
    'Denoise=1 (number)',
    'Sampler=euler (word)',
    'Scheduler=normal (word)',
    'Model=stand-in-v1.safetensors (word)',
  ]);
  t.equal(formOf(exampleWorkflow([])).length, 12);
  t.match(formOf(toy(5, 'jpeg', 3)), ['Seed=3 (seed)', 'Steps=5 (integer)']);
});

t.test('positive and negative are told apart by what they feed', async (t) => {
  const rows: readonly [string, object, readonly string[]][] = [
    [
      'through other nodes',
      {
        1: encode('a'),
        2: encode('b'),
        3: {
          class_type: 'ConditioningCombine',
          inputs: { conditioning_1: ['1', 0], conditioning_2: ['2', 0] },
        },
        4: encode('c'),
        5: sampler({ positive: ['3', 0], negative: ['4', 0] }),
      },
      [
        'Positive prompt · CLIPTextEncode · node 1=a (text)',
        'Positive prompt · CLIPTextEncode · node 2=b (text)',
        'Negative prompt=c (text)',
      ],
    ],
    [
      'each by itself through a node that has both',
      {
        1: encode('a'),
        2: encode('b'),
        3: { class_type: 'ControlNetApplyAdvanced', inputs: { positive: ['1', 0], negative: ['2', 0] } },
        4: sampler({ positive: ['3', 0], negative: ['3', 1] }),
      },
      ['Positive prompt=a (text)', 'Negative prompt=b (text)'],
    ],
    [
      'not by what is zeroed out',
      {
        1: encode('a'),
        2: { class_type: 'ConditioningZeroOut', inputs: { conditioning: ['1', 0] } },
        3: sampler({ positive: ['1', 0], negative: ['2', 0] }),
      },
      ['Positive prompt=a (text)'],
    ],
    [
      'by a guider that knows no negative',
      {
        1: encode('a'),
        2: { class_type: 'FluxGuidance', inputs: { conditioning: ['1', 0], guidance: 3.5 } },
        3: { class_type: 'BasicGuider', inputs: { conditioning: ['2', 0] } },
      },
      ['Positive prompt=a (text)', 'Guidance=3.5 (number)'],
    ],
    [
      'by neither when it feeds both or none',
      {
        1: { ...encode('a'), _meta: { title: 'Words' } },
        2: sampler({ positive: ['1', 0], negative: ['1', 0] }),
      },
      ['Words=a (text)'],
    ],
    [
      'by its own name',
      { 1: { class_type: 'Efficient Loader', inputs: { positive: 'a', negative: 'b' } } },
      ['Positive prompt=a (text)', 'Negative prompt=b (text)'],
    ],
  ];
  for (const [rule, workflow, expected] of rows) t.same(formOf(workflow), expected, rule);
});

t.test('a value that comes from a primitive is changed there', async (t) => {
  const workflow = {
    1: encode(['3', 0]),
    2: sampler({ positive: ['1', 0], seed: ['4', 0], steps: ['5', 0] }),
    3: { class_type: 'PrimitiveStringMultiline', inputs: { value: 'a' } },
    4: { class_type: 'PrimitiveInt', inputs: { value: 9 } },
    5: { class_type: 'Computed', inputs: { a: 1, b: 2 } },
  };
  t.same(formOf(workflow), ['Positive prompt=a (text)', 'Seed=9 (seed)']);
  t.match(findFields(readGraph(JSON.stringify(workflow))), [
    { key: '3.value', node: '3', input: 'value' },
    { key: '4.value', node: '4', input: 'value' },
  ]);
});

t.test('several of one kind are told apart by node and input', async (t) => {
  const sdxl = {
    1: { class_type: 'CLIPTextEncodeSDXL', inputs: { text_g: 'a', text_l: 'b', width: 1024 } },
    2: { ...sampler({ positive: ['1', 0], seed: 1 }), _meta: { title: 'Base' } },
    3: { ...sampler({ seed: 2 }), _meta: { title: 'Refiner' } },
  };
  t.same(formOf(sdxl), [
    'Positive prompt · text_g=a (text)',
    'Positive prompt · text_l=b (text)',
    'Seed · Base=1 (seed)',
    'Seed · Refiner=2 (seed)',
  ]);
});

t.test('pictures are found, and what has another type is left alone', async (t) => {
  t.same(formOf({ 1: { class_type: 'LoadImage', inputs: { image: 'cat.png', upload: 'image' } } }), [
    'Picture=cat.png (image)',
  ]);
  t.same(formOf({ 1: sampler({ seed: 'fixed', steps: true, cfg: null, sampler_name: 5 }) }), []);
  t.same(formOf({ 1: sampler({ positive: ['no such node', 0], seed: ['1', 0] }) }), []);
});

t.test('a form has its limits', async (t) => {
  const nodes = Array.from({ length: 500 }, (_, index) => [String(index), sampler({ seed: index })]);
  t.equal(formOf(Object.fromEntries(nodes)).length, 80);
});
