import t from 'tap';
import { exampleWorkflow } from '../../web/example.ts';
import { fileProblem, readWorkflow } from '../../web/workflow.ts';

const node = { class_type: 'SaveImage', inputs: {} };

t.test('a workflow in API format is sent as it was written', async (t) => {
  const bare = `\n{"1": {"class_type": "KSampler", "inputs": {"seed": 18446744073709551615}}}`;
  t.match(readWorkflow(bare), { ok: true, body: `{"prompt":${bare.trim()}}`, nodeCount: 1 });
  const wrapped = JSON.stringify({ prompt: { 1: node, 2: node }, extra_data: {} });
  t.match(readWorkflow(wrapped), { ok: true, body: wrapped, nodeCount: 2 });
  t.match(readWorkflow(JSON.stringify({ prompt: node, 2: node })), { ok: true, nodeCount: 2 });
});

t.test('what is wrong is said in words', async (t) => {
  const cases: [string, RegExp][] = [
    ['  ', /no workflow yet/],
    ['{"1": ', /not complete JSON/],
    ['[]', /begins with \{/],
    ['"text"', /begins with \{/],
    ['{}', /is empty/],
    ['{"prompt": {}}', /is empty/],
    ['{"nodes": [], "links": [], "version": 0.4}', /editor's own format.*Workflow > Export \(API\)/],
    ['{"1": {"inputs": {}}}', /"1" is not a node/],
    ['{"1": {"class_type": "X", "inputs": []}}', /"1" is not a node/],
    ['{"prompt": {"7": 5}}', /"7" is not a node/],
  ];
  for (const [text, problem] of cases) t.match(readWorkflow(text), { ok: false, problem }, text);
});

t.test('the example is a workflow', async (t) => {
  t.match(readWorkflow(exampleWorkflow([])), { ok: true, nodeCount: 7 });
  t.match(
    exampleWorkflow(['sdxl.safetensors']),
    '"ckpt_name": "sdxl.safetensors"',
    'with a model that is there',
  );
  t.match(exampleWorkflow(['a', 'v1-5-pruned-emaonly-fp16.safetensors']), 'v1-5-pruned-emaonly-fp16');
});

t.test('files that cannot be workflows are not read', async (t) => {
  t.equal(fileProblem({ name: 'a.json', type: 'application/json', size: 5 }), null);
  t.equal(fileProblem({ name: 'a', type: '', size: 5 }), null);
  t.equal(
    fileProblem({ name: 'a.png', type: 'image/png', size: 2 ** 25 }),
    null,
    'it may carry its workflow',
  );
  t.match(fileProblem({ name: 'a.png', type: 'image/png', size: 2 ** 29 }), /larger than the 256 MiB/);
  t.match(fileProblem({ name: 'a.gif', type: 'image/gif', size: 5 }), /a\.gif is no workflow file/);
  t.match(fileProblem({ name: 'a.json', type: 'application/json', size: 2 ** 25 }), /larger than the 16 MiB/);
});
