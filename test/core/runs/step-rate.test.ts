import t from 'tap';
import { toProgress } from '../../../core/runs/progress.ts';
import { type RunMessage, reduce } from '../../../core/runs/reduce.ts';
import type { Prompt } from '../../../core/runs/run.ts';
import { queuedRun } from '../../../core/runs/state.ts';
import { cached, executing, progress, prompt, promptId, start, state, stateAfter } from './run-messages.ts';

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

t.test('the time left is told only where it can be known', async (t) => {
  const steps = (node: string, max: number, each: number, ...steps: number[]) =>
    steps.map((step) => [progress(node, step, max), step * each] as const);
  const two: Prompt = { ...prompt, '4': { class_type: 'KSampler', inputs: { steps: 10, from: ['2', 0] } } };
  const spare: Prompt = { ...two, '5': { class_type: 'KSampler', inputs: { steps: 1000 } } };
  const done = (node: string, value: number, at: number) =>
    [state(node, 'finished', value, value), at] as const;
  const table: [
    rule: string,
    from: Prompt,
    messages: (readonly [RunMessage, number])[],
    eta: number | null,
  ][] = [
    ['nothing before the second step', prompt, steps('2', 20, 1000, 1), null],
    ['from the second step on', prompt, steps('2', 20, 1000, 1, 2), 18],
    ['steps that were missed were steps all the same', prompt, steps('2', 20, 1000, 1, 5), 15],
    ['a burst tells nothing', prompt, steps('2', 20, 1, 1, 2, 3), null],
    ['a download tells nothing of the sampler after it', prompt, steps('1', 6e9, 1e-3, 1e6, 2e6, 3e6), null],
    [
      'the last node that steps tells its own time',
      prompt,
      [done('2', 20, 0), ...steps('3', 100, 1000, 1, 2)],
      98,
    ],
    ['a second sampler that is to come counts', two, steps('2', 20, 1000, 1, 2), 28],
    ['one that is cached does not', two, [[cached('4'), 0], ...steps('2', 20, 1000, 1, 2)], 18],
    [
      'one that is not run for an output does not',
      spare,
      [[{ type: 'targets', nodes: ['3', '4'] }, 0], ...steps('2', 20, 1000, 1, 2)],
      28,
    ],
    [
      'a second sampler begins anew',
      two,
      [...steps('2', 20, 1000, 19, 20), [progress('4', 1, 10), 25_000]],
      null,
    ],
    [
      'a second pass of one sampler begins anew',
      prompt,
      [...steps('2', 20, 1000, 19, 20), [progress('2', 1, 20), 25_000]],
      null,
    ],
    ['what never ends is no estimate', prompt, steps('3', 1e15, 1000, 1, 2), null],
  ];
  for (const [rule, from, messages, expected] of table) {
    const run = messages.reduce(
      (run, [message, at]) => reduce(run, message, at),
      queuedRun(promptId, from, 0),
    );
    t.equal(toProgress(run).eta_seconds, expected, rule);
  }
});
