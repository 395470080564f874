import t from 'tap';
import { toProgress } from '../../../core/runs/progress.ts';
import { type RunMessage, reduce } from '../../../core/runs/reduce.ts';
import type { Prompt, RunProgress } from '../../../core/runs/run.ts';
import { queuedRun, type RunState } from '../../../core/runs/state.ts';

const promptId = 'run-1';
const prompt: Prompt = {
  '1': { class_type: 'Loader', inputs: {} },
  '2': { class_type: 'KSampler', inputs: { steps: 20, image: ['1', 0] }, _meta: { title: 'The sampler' } },
  '3': { class_type: 'SaveImage', inputs: { images: ['2', 0] } },
};

const start: RunMessage = { type: 'execution_start', promptId };
const success: RunMessage = { type: 'execution_success', promptId };
const interrupted: RunMessage = { type: 'execution_interrupted', promptId };
const executing = (node: string | null, displayNode = node): RunMessage => ({
  type: 'executing',
  promptId,
  node,
  displayNode,
});
const progress = (node: string, value: number, max: number): RunMessage => ({
  type: 'progress',
  promptId,
  node,
  value,
  max,
});
const cached = (...nodes: string[]): RunMessage => ({ type: 'execution_cached', promptId, nodes });
const state = (
  node: string,
  state: 'running' | 'finished',
  value: number,
  max: number,
  displayNode = node,
): RunMessage => ({
  type: 'progress_state',
  promptId,
  nodes: [{ node, displayNode, state, value, max }],
});
const executed = (node: string, filename: string, displayNode = node): RunMessage => ({
  type: 'executed',
  promptId,
  node,
  displayNode,
  items: [{ filename, subfolder: '', type: 'output', media: 'image' }],
});
const error: RunMessage = {
  type: 'execution_error',
  promptId,
  message: 'boom',
  exceptionType: 'ValueError',
  node: '2',
  nodeType: 'KSampler',
};

/** A second passes before every message. */
function after(...messages: RunMessage[]): RunProgress {
  return toProgress(stateAfter(messages));
}

function stateAfter(messages: readonly RunMessage[], from = queuedRun(promptId, prompt, 0)): RunState {
  return messages.reduce((run, message, index) => reduce(run, message, (index + 1) * 1000), from);
}

t.test('a run that waits', async (t) => {
  t.match(after(), {
    status: 'queued',
    percent: 0,
    total_nodes: 3,
    effective_total: 3,
    node_id: null,
    queued_at: '1970-01-01T00:00:00.000Z',
    started_at: null,
    ended_at: null,
  });
});

t.test('each message does to the status what it says', async (t) => {
  const table: [name: string, messages: RunMessage[], expected: Partial<RunProgress>][] = [
    ['start', [start], { status: 'running', started_at: '1970-01-01T00:00:01.000Z' }],
    ['a missed start', [progress('2', 1, 20)], { status: 'running', step: 1, total_steps: 20 }],
    ['seen in the queue', [{ type: 'seen_running' }], { status: 'running' }],
    [
      'success',
      [start, success],
      { status: 'completed', percent: 100, nodes_done: 3, ended_at: '1970-01-01T00:00:02.000Z' },
    ],
    ['interruption', [start, progress('2', 5, 20), interrupted], { status: 'cancelled', percent: 22 }],
    ['removal', [{ type: 'removed' }], { status: 'cancelled', started_at: null }],
    ['loss', [start, { type: 'lost' }], { status: 'stalled', percent: 0 }],
    [
      'executing null is no verdict',
      [start, executing('2'), executing(null)],
      { status: 'running', node_id: null },
    ],
    ['executing null of a run that waits', [executing(null)], { status: 'queued' }],
    ['error', [start, executing('2'), error], { status: 'error', node_id: '2', node_title: 'The sampler' }],
  ];
  for (const [name, messages, expected] of table) t.match(after(...messages), expected, name);
});

t.test('an error names its node', async (t) => {
  t.same(after(start, error).error, {
    message: 'boom',
    exception_type: 'ValueError',
    node_id: '2',
    node_type: 'KSampler',
  });
});

t.test('a run that is over stays what it is', async (t) => {
  const all: RunMessage[] = [
    start,
    progress('2', 7, 20),
    executed('3', 'late.png'),
    success,
    error,
    interrupted,
    { type: 'lost' },
    { type: 'removed' },
    { type: 'preview' },
  ];
  for (const end of [success, error, interrupted, { type: 'lost' } as const, { type: 'removed' } as const]) {
    const over = stateAfter([start, end]);
    for (const message of all)
      t.equal(reduce(over, message, 99_000), over, `${end.type}, then ${message.type}`);
  }
});

t.test('a message that says nothing new gives the same object', async (t) => {
  const messages = [
    start,
    cached('1'),
    executing('2'),
    state('2', 'running', 3, 20),
    progress('2', 3, 20),
    executed('3', 'a.png'),
  ];
  const once = stateAfter(messages);
  for (const message of messages) t.equal(reduce(once, message, 99_000), once, message.type);
});

t.test('percent goes by the steps of what steps', async (t) => {
  const run = [
    start,
    state('1', 'running', 0, 1),
    state('1', 'finished', 1, 1),
    executing('2'),
    progress('2', 10, 20),
  ];
  // 10 of 20 steps, and one for the node that is left: the loader was instant and weighs nothing.
  t.match(after(...run), { percent: 47, step: 10, total_steps: 20, nodes_done: 1, effective_total: 2 });
  t.match(after(...run, state('2', 'finished', 20, 20)), { percent: 95, nodes_done: 2 });
  t.match(after(...run, state('2', 'finished', 20, 20), state('3', 'finished', 1, 1)), {
    percent: 99,
    effective_total: 1,
  });
});

t.test('percent never falls', async (t) => {
  const passes = [start, executing('2'), progress('2', 20, 20), progress('2', 1, 20)];
  t.match(after(...passes), { percent: 90, step: 1 });
});

t.test('a run in which nothing steps is measured by its nodes', async (t) => {
  const still: Prompt = { '1': { class_type: 'A', inputs: {} }, '2': { class_type: 'B', inputs: {} } };
  const run = stateAfter(
    [start, state('1', 'running', 0, 1), state('1', 'finished', 1, 1)],
    queuedRun(promptId, still, 0),
  );
  t.match(toProgress(run), { percent: 50, effective_total: 1, nodes_done: 1 });
});

t.test('a node that counts bytes does not drown the others', async (t) => {
  t.equal(after(start, progress('1', 6e9, 6e9)).percent, Math.floor(10000 / 121));
});

t.test('cached nodes are done, and left out', async (t) => {
  t.match(after(start, cached('1', '2', '3')), {
    cached_count: 3,
    nodes_done: 3,
    effective_total: 0,
    percent: 0,
  });
  t.match(
    after(start, cached('1'), state('1', 'finished', 1, 1)),
    { cached_count: 1, effective_total: 2 },
    'a cached one stays cached',
  );
  t.match(after(start, cached('no such node')), { cached_count: 0, total_nodes: 3 });
});

t.test('a node that reports one step is not instant', async (t) => {
  const single = [
    start,
    executing('2'),
    state('2', 'running', 0, 1),
    progress('2', 1, 1),
    state('2', 'finished', 1, 1),
  ];
  t.match(after(...single), { effective_total: 3, step: 1, total_steps: 1 });
});

t.test('an expanded node counts under its parent', async (t) => {
  const expanded = [
    start,
    executing('2'),
    state('2.0.0.1', 'running', 0, 1, '2'),
    executing('2.0.0.1', '2'),
    progress('2.0.0.1', 1, 2),
  ];
  t.match(after(...expanded), {
    total_nodes: 3,
    node_id: '2',
    node_title: 'The sampler',
    step: 1,
    total_steps: 2,
  });
  const finished = [...expanded, state('2.0.0.1', 'finished', 2, 2, '2'), state('2', 'finished', 1, 1)];
  t.match(
    after(...finished),
    { total_nodes: 3, nodes_done: 1, effective_total: 3 },
    'its steps make the parent one that steps',
  );
});

t.test('the steps of an expanded node are its parent without display_node as well', async (t) => {
  t.match(after(start, progress('2.0.0.1', 1, 2)), { node_id: '2', step: 1 });
});

t.test('without progress_state, the next node ends the one before', async (t) => {
  t.match(after(start, executing('1'), executing('2'), executing('3')), {
    nodes_done: 2,
    node_id: '3',
    effective_total: 1,
  });
});

t.test('the rate is that of the last 10 steps, the time left follows from it', async (t) => {
  let run = stateAfter([start, executing('2')]);
  t.match(toProgress(run), { step_rate: null, eta_seconds: null });
  for (let step = 1; step <= 5; step += 1) run = reduce(run, progress('2', step, 20), step * 10_000);
  t.match(toProgress(run), { step_rate: 0.1, eta_seconds: 150 });
  for (let step = 6; step <= 15; step += 1)
    run = reduce(run, progress('2', step, 20), 50_000 + (step - 5) * 500);
  t.match(toProgress(run), { step_rate: 2, eta_seconds: 2.5 }, 'the slow beginning is forgotten');
  run = reduce(run, progress('2', 20, 20), 58_000);
  t.equal(toProgress(run).eta_seconds, null, 'no step is left: nobody knows');
});

t.test('steps that are promised are part of the time left', async (t) => {
  const two: Prompt = { ...prompt, '4': { class_type: 'KSampler', inputs: { steps: 10 } } };
  let run = stateAfter([start, executing('2')], queuedRun(promptId, two, 0));
  run = reduce(run, progress('2', 1, 20), 1000);
  run = reduce(run, progress('2', 2, 20), 2000);
  t.equal(toProgress(run).eta_seconds, 28);
});

t.test('outputs are kept by the node that they are shown under', async (t) => {
  const outputs = after(
    start,
    executed('3', 'a.png'),
    executed('3', 'a.png'),
    executed('3', 'b.png'),
    executed('2.0.0.1', 'c.png', '2'),
  ).node_outputs;
  t.same(outputs['3'], {
    node_title: 'SaveImage',
    node_type: 'SaveImage',
    items: [
      { filename: 'a.png', subfolder: '', type: 'output', media: 'image' },
      { filename: 'b.png', subfolder: '', type: 'output', media: 'image' },
    ],
  });
  t.equal(outputs['2']?.node_title, 'The sampler');
});

t.test('/history has the last word on a run that is open', async (t) => {
  const history = { type: 'history', cachedNodes: ['1'], outputs: [], startedAt: 500, endedAt: 700 } as const;
  const items = [{ filename: 'a.png', subfolder: '', type: 'output', media: 'image' }] as const;
  t.match(after({ ...history, outcome: 'completed', outputs: [{ node: '3', displayNode: '3', items }] }), {
    status: 'completed',
    percent: 100,
    cached_count: 1,
    node_outputs: { '3': { items } },
    started_at: '1970-01-01T00:00:00.500Z',
    ended_at: '1970-01-01T00:00:00.700Z',
  });
  t.match(after({ ...history, outcome: 'cancelled' }), { status: 'cancelled', percent: 0 });
  t.match(
    after({
      ...history,
      outcome: { error: { message: 'boom', exceptionType: null, node: '2', nodeType: 'KSampler' } },
    }),
    {
      status: 'error',
      error: { message: 'boom' },
      node_id: '2',
    },
  );
  t.match(
    after({ ...history, outcome: 'completed', startedAt: -5, endedAt: 1e15 }),
    { started_at: '1970-01-01T00:00:00.000Z', ended_at: '1970-01-01T00:00:01.000Z' },
    "another machine's clock does not turn time around",
  );
});

t.test('previews are counted', async (t) => {
  t.equal(after(start, { type: 'preview' }, { type: 'preview' }).preview_seq, 2);
});

t.test('a run whose prompt is not known counts the nodes that it sees', async (t) => {
  const run = stateAfter([start, state('7', 'running', 1, 4), executing('7')], queuedRun(promptId, {}, 0));
  t.match(toProgress(run), { total_nodes: 1, node_id: '7', node_title: null, step: 1, percent: 25 });
});
