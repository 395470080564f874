import t from 'tap';
import { promisedSteps } from '../../../core/runs/promised-steps.ts';
import type { Prompt } from '../../../core/runs/run.ts';

const node = (inputs: Record<string, unknown>) => ({ class_type: 'Node', inputs });
const scheduler = node({ steps: 20, scheduler: 'simple' });

t.test('steps are promised by the node that is going to report them', async (t) => {
  const table: [rule: string, prompt: Prompt, promises: Record<string, number>][] = [
    ['its own', { '1': node({ steps: 20 }), '2': node({}) }, { '1': 20 }],
    [
      'whole ones',
      { '1': node({ steps: 20.7 }), '2': node({ steps: 0.5 }), '3': node({ steps: -3 }) },
      { '1': 20 },
    ],
    [
      'no other number',
      { '1': node({ steps: 'many' }), '2': node({ steps: null }), '3': node({ steps: 10n }) },
      {},
    ],
    ['not more than there can be', { '1': node({ steps: 1e9 }) }, { '1': 10_000 }],
    ['by a primitive', { '1': node({ value: 12 }), '2': node({ steps: ['1', 0] }) }, { '2': 12 }],
    ['a link to nowhere', { '2': node({ steps: ['1', 0] }) }, {}],
    ['a part of them', { '1': node({ steps: 20, start_at_step: 5, end_at_step: 15 }) }, { '1': 10 }],
    ['to the end', { '1': node({ steps: 20, start_at_step: 5, end_at_step: 10000 }) }, { '1': 15 }],
    ['a schedule made elsewhere', { '1': scheduler, '2': node({ sigmas: ['1', 0] }) }, { '2': 20 }],
    [
      'a schedule that two share',
      { '1': scheduler, '2': node({ sigmas: ['1', 0] }), '3': node({ sigmas: ['1', 0] }) },
      { '2': 20, '3': 20 },
    ],
    [
      'a schedule in two parts',
      {
        '1': scheduler,
        '2': node({ sigmas: ['1', 0], step: 8 }),
        '3': node({ sigmas: ['2', 0] }),
        '4': node({ sigmas: ['2', 1] }),
      },
      { '3': 8, '4': 12 },
    ],
    ['a schedule that nobody takes is only a node with steps', { '1': scheduler }, { '1': 20 }],
    ['a ring of schedules', { '1': node({ sigmas: ['2', 0] }), '2': node({ sigmas: ['1', 0] }) }, {}],
    ['a sampler on a ring', { '1': node({ sigmas: ['2', 0] }), '2': node({ sigmas: ['2', 0] }) }, {}],
  ];
  for (const [rule, prompt, expected] of table)
    t.same(Object.fromEntries(promisedSteps(prompt)), expected, rule);
});
