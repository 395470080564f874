import t from 'tap';
import { type RunMessage, reduce } from '../../../core/runs/reduce.ts';
import type { RunProgress } from '../../../core/runs/run.ts';
import {
  after,
  cached,
  error,
  executed,
  executing,
  interrupted,
  progress,
  start,
  state,
  stateAfter,
  success,
} from './run-messages.ts';

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
