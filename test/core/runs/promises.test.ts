import fc from 'fast-check';
import t from 'tap';
import { parseMessage } from '../../../core/runs/messages.ts';
import { type RunMessage, reduce } from '../../../core/runs/reduce.ts';
import type { Prompt } from '../../../core/runs/run.ts';
import { queuedRun } from '../../../core/runs/state.ts';
import { brokenPromise } from './invariants.ts';
import { recordings } from './recordings.ts';

const promptId = 'run-1';
const prompt: Prompt = {
  '1': { class_type: 'Loader', inputs: {} },
  '2': { class_type: 'KSampler', inputs: { steps: 20, model: ['1', 0] } },
  '3': { class_type: 'SaveImage', inputs: { images: ['2', 0] } },
};

const node = fc.constantFrom('1', '2', '3', '2.0.0.1', '2.0.0.2', 'stranger', '__proto__');
const amount = fc.oneof(fc.nat(30), fc.double({ min: 0, max: Number.MAX_SAFE_INTEGER, noNaN: true }));
const items = fc.array(
  fc.record({
    filename: fc.constantFrom('a.png', 'b.mp4'),
    subfolder: fc.constant(''),
    type: fc.constant('output'),
    media: fc.constant('image' as const),
  }),
  { maxLength: 3 },
);
const report = fc.record({
  node,
  displayNode: fc.option(node),
  state: fc.constantFrom('pending' as const, 'running' as const, 'finished' as const, 'error' as const),
  value: amount,
  max: amount,
});
const failure = { message: 'boom', exceptionType: null, node: '2', nodeType: null };

const open: fc.Arbitrary<RunMessage> = fc.oneof(
  fc.constant({ type: 'execution_start' as const, promptId }),
  fc.constant({ type: 'seen_running' as const }),
  fc.constant({ type: 'preview' as const }),
  fc.constant({ type: 'gap' as const }),
  fc.array(node, { maxLength: 3 }).map((nodes) => ({ type: 'targets' as const, nodes })),
  fc.array(node, { maxLength: 3 }).map((nodes) => ({ type: 'execution_cached' as const, promptId, nodes })),
  fc
    .tuple(fc.option(node), fc.option(node))
    .map(([node, displayNode]) => ({ type: 'executing' as const, promptId, node, displayNode })),
  fc
    .tuple(fc.option(node), amount, amount)
    .map(([node, value, max]) => ({ type: 'progress' as const, promptId, node, value, max })),
  fc.array(report, { maxLength: 4 }).map((nodes) => ({ type: 'progress_state' as const, promptId, nodes })),
  fc
    .tuple(node, fc.option(node), items)
    .map(([node, displayNode, items]) => ({ type: 'executed' as const, promptId, node, displayNode, items })),
);
const end: fc.Arbitrary<RunMessage> = fc.oneof(
  fc.constant({ type: 'execution_success' as const, promptId }),
  fc.constant({ type: 'execution_error' as const, promptId, ...failure }),
  fc.constant({ type: 'execution_interrupted' as const, promptId }),
  fc.constant({ type: 'removed' as const }),
  fc.constant({ type: 'lost' as const }),
  fc
    .tuple(fc.constantFrom('completed' as const, 'cancelled' as const, { error: failure }), amount, items)
    .map(([outcome, at, items]) => ({
      type: 'history' as const,
      outcome,
      cachedNodes: ['1'],
      outputs: [{ node: '3', displayNode: null, items }],
      startedAt: at,
      endedAt: at,
    })),
);

/** The first promise that a sequence of messages breaks. */
function firstBroken(messages: readonly (readonly [RunMessage, number])[], from: Prompt): string | null {
  let now = 0;
  let run = queuedRun(promptId, from, now);
  for (const [message, wait] of messages) {
    now += wait;
    const next = reduce(run, message, now);
    const broken = brokenPromise(run, next);
    if (broken !== null) return broken;
    run = next;
  }
  return null;
}

t.test('whatever comes in whatever order, the promises hold', async (t) => {
  const message = fc.oneof({ weight: 12, arbitrary: open }, { weight: 1, arbitrary: end });
  const messages = fc.array(fc.tuple(message, fc.nat(2000)), { maxLength: 40 });
  fc.assert(
    fc.property(
      messages,
      fc.constantFrom(prompt, {}),
      (messages, from) => firstBroken(messages, from) === null,
    ),
    { numRuns: 2000 },
  );
  t.pass();
});

t.test('recorded frames that are dropped, repeated and reordered break no promise', async (t) => {
  const sessions = recordings().flatMap((from) => {
    const [id, recorded] = [...from.prompts][0] ?? [];
    const messages = from.frames.flatMap(({ data }): RunMessage[] => {
      const message = typeof data === 'string' ? parseMessage(data) : null;
      return message === null || message.type === 'status' || message.promptId !== id ? [] : [message];
    });
    return recorded === undefined || messages.length === 0 ? [] : [{ recorded, messages }];
  });
  const shaken = fc
    .constantFrom(...sessions)
    .chain(({ recorded, messages }) =>
      fc
        .array(fc.tuple(fc.constantFrom(...messages), fc.nat(500)), { maxLength: 60 })
        .map((picked) => ({ recorded, picked })),
    );
  fc.assert(
    fc.property(shaken, ({ recorded, picked }) => firstBroken(picked, recorded) === null),
    { numRuns: 1000 },
  );
  t.pass();
});
