import t from 'tap';
import { type RunMessage, reduce } from '../../../core/runs/reduce.ts';
import type { RunProgress } from '../../../core/runs/run.ts';
import {
  after,
  error,
  executing,
  interrupted,
  progress,
  start,
  stateAfter,
  success,
} from './run-messages.ts';

const history = {
  type: 'history',
  outcome: 'completed',
  cachedNodes: [],
  outputs: [
    {
      node: '3',
      displayNode: null,
      items: [{ filename: 'a.png', subfolder: '', type: 'output', media: 'image' }],
    },
  ],
  startedAt: null,
  endedAt: null,
} as const;
const gap: RunMessage = { type: 'gap' };

t.test('a run of which frames were missed ends by its history, for its outputs', async (t) => {
  const table: [name: string, messages: RunMessage[], status: RunProgress['status']][] = [
    ['heard from its start on', [start, success], 'completed'],
    ['the socket was lost in the middle', [start, gap, success], 'running'],
    ['it began while nobody listened', [progress('2', 1, 20), success], 'running'],
    [
      'the queue told first, and then its start came',
      [{ type: 'seen_running' }, start, success],
      'completed',
    ],
    [
      'a start that is told again makes nothing good',
      [start, executing('2'), gap, start, success],
      'running',
    ],
    ['the socket was lost while it waited', [gap, start, success], 'completed'],
    ['a failure waits too', [start, gap, error], 'running'],
    ['and so does an interruption', [start, gap, interrupted], 'running'],
  ];
  for (const [name, messages, status] of table) {
    t.match(after(...messages), { status }, name);
    const ended = after(...messages, history);
    t.match(ended, { status: 'completed' }, `${name}: history`);
    if (status === 'running') t.equal(ended.node_outputs['3']?.items.length, 1, `${name}: its outputs`);
  }
});

t.test('what was told of the end holds when ComfyUI forgets the run before it was asked', async (t) => {
  for (const [end, status] of [
    [success, 'completed'],
    [error, 'error'],
    [interrupted, 'cancelled'],
  ] as const) {
    t.match(after(start, gap, end, { type: 'lost' }), { status });
    t.match(after(start, gap, end, { type: 'removed' }), { status });
    t.match(after(start, gap, end, success, { type: 'lost' }), { status }, 'the first word counts');
  }
});

t.test('a node that has finished does not execute again', async (t) => {
  const run = stateAfter([start, executing('1'), executing('2'), progress('2', 5, 20)]);
  t.equal(reduce(run, executing('1'), 99_000), run, 'the same frame came once more, by another way');
});
