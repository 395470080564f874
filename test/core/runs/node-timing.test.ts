import t from 'tap';
import { parseMessage } from '../../../core/runs/messages.ts';
import { timingsOf } from '../../../core/runs/node-timing.ts';
import { toProgress } from '../../../core/runs/progress.ts';
import { type RunMessage, reduce } from '../../../core/runs/reduce.ts';
import { restoredRun } from '../../../core/runs/restored-run.ts';
import { queuedRun, type RunState } from '../../../core/runs/state.ts';
import { recording } from './recordings.ts';
import {
  cached,
  error,
  executed,
  executing,
  interrupted,
  progress,
  prompt,
  start,
  state,
  stateAfter,
  success,
} from './run-messages.ts';

/** `2 finished 0.3`, or `2 finished ?` where it is not known. */
const told = (run: RunState) =>
  timingsOf(run).map(({ node_id, state, seconds }) => `${node_id} ${state} ${seconds?.toFixed(1) ?? '?'}`);
const gap: RunMessage = { type: 'gap' };
const history = { type: 'history', cachedNodes: ['1'], outputs: [], startedAt: null, endedAt: null } as const;
const completed: RunMessage = { ...history, outcome: 'completed' };

t.test('the nodes of recorded runs', async (t) => {
  const rows: readonly [name: string, ...runs: (readonly string[])[]][] = [
    [
      'ws_a3_real_ksampler',
      ['1 finished 0.0', '2 finished 0.0', '3 finished 0.2', '4 finished 0.0', '5 finished 0.0'],
    ],
    [
      'ws_b_cached_again',
      ['1 finished 0.0', '2 finished 0.2', '3 finished 0.0', '4 finished 0.0'],
      ['1 cached ?', '2 cached ?', '3 cached ?', '4 cached ?'],
      ['1 cached ?', '2 cached ?', '3 finished 0.0', '4 cached ?'],
    ],
    ['ws_c_execution_error', ['1 cached ?', '2 finished 0.2', '5 failed 0.0']],
    ['ws_d_interrupted', ['1 cached ?', '2 stopped 0.6']],
    // What a node expands to is part of it, and not told apart.
    ['ws_j2_expanded_graph', ['1 finished 0.0', '2 finished 0.1', '3 finished 0.0', '4 finished 0.0']],
    ['ws_j3_async_node', ['1 finished 0.0', '2 finished 0.3', '3 finished 0.0', '4 finished 0.0']],
    // It ends where nobody hears it.
    ['ws_f4_run_ends_while_away', ['1 cached ?', '2 running ?']],
  ];
  for (const [name, ...runs] of rows) {
    const { prompts, frames } = recording(name);
    for (const [at, [id, its]] of [...prompts].entries()) {
      const messages = frames.flatMap(({ at, data }) => {
        const message = typeof data === 'string' ? parseMessage(data) : null;
        return message === null || message.type === 'status' || message.promptId !== id
          ? []
          : [{ at, message }];
      });
      const end = messages.reduce((run, { message, at }) => reduce(run, message, at), queuedRun(id, its, 0));
      t.same(told(end), runs[at], `${name}, run ${at + 1}`);
    }
  }
});

/** A second passes before every message. */
t.test('only what was seen has a time', async (t) => {
  const rows: readonly [name: string, messages: readonly RunMessage[], expected: readonly string[]][] = [
    ['nothing yet', [], []],
    [
      'live',
      [
        start,
        cached('1'),
        executing('2'),
        state('2', 'running', 1, 2),
        state('2', 'finished', 2, 2),
        success,
      ],
      ['1 cached ?', '2 finished 2.0'],
    ],
    ['still running', [start, executing('2')], ['2 running ?']],
    ['the failing one', [start, executing('2'), error], ['2 failed 1.0']],
    ['the interrupted one', [start, executing('2'), progress('2', 1, 9), interrupted], ['2 stopped 2.0']],
    ['the one that was lost', [start, executing('2'), { type: 'lost' }], ['2 stopped ?']],
    [
      'an older ComfyUI: the next one ends it, or the run',
      [start, executing('2'), executing('3'), executed('3', 'a.png'), executing('1'), success],
      ['1 finished 1.0', '2 finished 1.0', '3 finished 1.0'],
    ],
    [
      'it ran before the gap and after it',
      [start, state('2', 'running', 1, 9), gap, state('2', 'running', 5, 9), state('2', 'finished', 9, 9)],
      ['2 finished 3.0'],
    ],
    [
      'it ended in the gap, and the next began there',
      [
        start,
        state('2', 'running', 1, 9),
        gap,
        executing('3'),
        state('2', 'finished', 9, 9),
        state('3', 'finished', 1, 1),
      ],
      ['2 finished ?', '3 finished ?'],
    ],
    [
      'once caught up, all is seen again',
      [start, gap, state('2', 'running', 5, 9), state('3', 'running', 0, 1), state('3', 'finished', 1, 1)],
      ['2 running ?', '3 finished 1.0'],
    ],
    [
      'a second gap',
      [
        start,
        gap,
        state('2', 'running', 1, 9),
        state('3', 'running', 0, 1),
        gap,
        state('3', 'finished', 1, 1),
      ],
      ['2 running ?', '3 finished ?'],
    ],
    ['its first frames were missed', [progress('2', 3, 9), state('2', 'finished', 9, 9)], ['2 finished ?']],
    ['only its history is known', [{ type: 'seen_running' }, completed], ['1 cached ?']],
  ];
  for (const [name, messages, expected] of rows) t.same(told(stateAfter(messages)), expected, name);
});

t.test('a clock that was set back tells no duration', async (t) => {
  const begun = reduce(stateAfter([start]), executing('2'), 9000);
  t.same(told(reduce(begun, state('2', 'finished', 1, 1), 8000)), ['2 finished ?']);
});

t.test('what was seen outlives a restart', async (t) => {
  const before = stateAfter([
    start,
    state('1', 'running', 0, 1),
    state('1', 'finished', 1, 1),
    executing('2'),
  ]);
  const restored = restoredRun(toProgress(before), prompt, timingsOf(before));
  t.same(timingsOf(restored), timingsOf(before));
  const rows: readonly [string, readonly RunMessage[], readonly string[]][] = [
    [
      'it runs on, and its end is seen',
      [state('2', 'running', 3, 9), state('2', 'finished', 9, 9)],
      ['1 finished 1.0', '2 finished 5.0'],
    ],
    ['it ended meanwhile', [state('2', 'finished', 9, 9)], ['1 finished 1.0', '2 finished ?']],
    ['all of it ended meanwhile', [completed], ['1 cached ?', '2 finished ?']],
    ['and badly', [{ ...history, cachedNodes: [], outcome: 'cancelled' }], ['1 finished 1.0', '2 stopped ?']],
  ];
  for (const [name, messages, expected] of rows) {
    const end = messages.reduce((run, message, at) => reduce(run, message, 8000 + at * 1000), restored);
    t.same(told(end), expected, name);
  }
});
