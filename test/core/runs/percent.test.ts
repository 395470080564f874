import t from 'tap';
import { toProgress } from '../../../core/runs/progress.ts';
import { type RunMessage, reduce } from '../../../core/runs/reduce.ts';
import type { Prompt } from '../../../core/runs/run.ts';
import { queuedRun } from '../../../core/runs/state.ts';
import {
  after,
  cached,
  executing,
  progress,
  prompt,
  promptId,
  start,
  state,
  stateAfter,
} from './run-messages.ts';

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

t.test('a run whose prompt is not known counts the nodes that it sees', async (t) => {
  const run = stateAfter([start, state('7', 'running', 1, 4), executing('7')], queuedRun(promptId, {}, 0));
  t.match(toProgress(run), { total_nodes: 1, node_id: '7', node_title: null, step: 1, percent: 20 });
});

/** After each message: percent. */
function percents(messages: readonly RunMessage[], from = queuedRun(promptId, prompt, 0)): number[] {
  let run = from;
  return messages.map((message) => {
    run = reduce(run, message, 1000);
    return toProgress(run).percent;
  });
}

const node = (class_type: string, ...needs: string[]) => ({
  class_type,
  inputs: Object.fromEntries(needs.map((id, at) => [`input${at}`, [id, 0]])),
});

t.test('what is not going to run is no work that is left', async (t) => {
  const spare: Prompt = {
    '1': node('Load'),
    '2': node('Invert', '1'),
    '3': node('SaveImage', '2'),
    '4': node('Load'),
    '5': node('PreviewImage', '4'),
  };
  const done = (id: string) => state(id, 'finished', 1, 1);
  const table: [rule: string, messages: RunMessage[], percents: number[]][] = [
    ['by itself, all that feeds a last node counts', [start, done('1'), done('2')], [0, 20, 40]],
    [
      'where ComfyUI names the outputs, only what feeds them does',
      [{ type: 'targets', nodes: ['3'] }, start, done('1'), done('2')],
      [0, 0, 33, 66],
    ],
    ['what feeds only cached nodes does not run', [start, cached('3'), done('4')], [0, 0, 50]],
    ['the branch that a switch left out does not run', [start, done('2'), done('4')], [0, 25, 50]],
    [
      'names that the workflow does not have say nothing',
      [{ type: 'targets', nodes: ['9'] }, start, done('1')],
      [0, 0, 20],
    ],
  ];
  for (const [rule, messages, expected] of table)
    t.same(percents(messages, queuedRun(promptId, spare, 0)), expected, rule);
});

t.test('work that turns up late slows percent down, and does not stop it', async (t) => {
  const tiles: Prompt = {
    '1': node('Load'),
    '2': node('LoadUpscaler'),
    '3': node('Upscale', '1', '2'),
    '4': node('SaveImage', '3'),
  };
  const messages = [
    start,
    state('1', 'finished', 1, 1),
    state('2', 'finished', 1, 1),
    executing('3'),
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((tile) => progress('3', tile, 9)),
    state('4', 'finished', 1, 1),
  ];
  t.same(
    percents(messages, queuedRun(promptId, tiles, 0)),
    [0, 25, 50, 50, 50, 55, 61, 66, 72, 77, 83, 88, 94, 99],
    'nothing promised steps, and then a node has nine',
  );
  const passes = [1, 10, 20, 1, 10, 20, 1, 10, 20].map((step) => progress('2', step, 20));
  t.same(percents([start, ...passes]), [0, 4, 45, 90, 90, 94, 99, 99, 99, 99], 'three passes');
  const inner = ['2.0.0.1', '2.0.0.2', '2.0.0.3'].flatMap((id) =>
    [1, 5, 10].map((step) => progress(id, step, 10)),
  );
  const expanding = { ...prompt, '2': node('Expand', '1') };
  const grown = percents([start, executing('2'), ...inner], queuedRun(promptId, expanding, 0));
  t.ok(new Set(grown).size >= 8, `percent goes on through three samplers nobody knew of: ${grown}`);
});

t.test('a promise of steps that is cached, or not needed, does not hide the others', async (t) => {
  t.same(percents([start, cached('1', '2'), state('3', 'finished', 1, 1)]), [0, 0, 99]);
});
