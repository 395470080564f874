import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { HistoryAnswer } from '../../../core/runs/comfyui-answers.ts';
import { parseMessage } from '../../../core/runs/messages.ts';
import { toProgress } from '../../../core/runs/progress.ts';
import { type HistoryVerdict, type RunMessage, reduce } from '../../../core/runs/reduce.ts';
import { queuedRun, type RunState } from '../../../core/runs/state.ts';
import { holds } from '../../support/property.ts';
import { shaken, withGaps } from '../../support/simulated-run/losses.ts';
import { runPlan } from '../../support/simulated-run/plan.ts';
import { type Frame, play, type SimulatedRun } from '../../support/simulated-run/play.ts';
import { deepFrozen } from './deep-frozen.ts';
import { brokenPromise } from './invariants.ts';

const simulated = runPlan.map((plan) => play(plan));
const hasClient = runPlan.filter((plan) => plan.hasClient).map((plan) => play(plan));
const wait = fc.oneof(fc.nat(3), fc.nat(3000));

/** What the tracker makes of a frame: null when it says nothing of the run. */
function messageOf(frame: Frame): RunMessage | null {
  if (typeof frame !== 'string') return { type: 'preview' };
  const message = parseMessage(frame);
  return message === null || message.type === 'status' ? null : message;
}

const messagesOf = (run: SimulatedRun): RunMessage[] =>
  run.frames.map(messageOf).filter((message) => message !== null);

function verdictOn(run: SimulatedRun): HistoryVerdict {
  const verdict = HistoryAnswer.parse(run.history)[run.promptId];
  if (verdict === undefined) throw new Error('a run that is over is in the history');
  return verdict;
}

/** Gives the run its messages, `wait` ms apart, and throws when one of them breaks a promise. */
function follow(run: SimulatedRun, messages: readonly RunMessage[], waits: readonly number[] = []): RunState {
  let now = 0;
  let state = deepFrozen(queuedRun(run.promptId, run.prompt, now));
  for (const [at, message] of messages.entries()) {
    now += waits[at % waits.length] ?? 1000;
    const next = deepFrozen(reduce(state, message, now));
    const broken = brokenPromise(state, next);
    if (broken !== null) throw new Error(`${broken}: at ${at}, ${message.type}`);
    if (next !== state && isDeepStrictEqual(next, state))
      throw new Error(`a change of nothing: ${message.type}`);
    if (message.type !== 'preview' && reduce(next, message, now) !== next)
      throw new Error(`said twice, ${message.type} changes something`);
    state = next;
  }
  return state;
}

const filesOf = (state: RunState): string[] =>
  Object.values(toProgress(state).node_outputs).flatMap(({ items }) => items.map(({ filename }) => filename));

const sameFiles = (state: RunState, run: SimulatedRun): boolean =>
  isDeepStrictEqual(filesOf(state).sort(), [...run.files].sort());

t.test('a run that is heard in full ends as it should, by its frames alone', async (t) => {
  holds(
    t,
    'status, outputs, and every promise on the way',
    fc.property(hasClient, fc.array(wait, { minLength: 1, maxLength: 5 }), (run, waits) => {
      const state = follow(run, messagesOf(run), waits);
      return state.status === run.ending && sameFiles(state, run);
    }),
    600,
  );
  holds(
    t,
    'the targets may be told at any moment',
    fc.property(simulated, fc.nat(40), (run, at) => {
      const messages = messagesOf(run);
      const targets = { type: 'targets', nodes: run.targets } as const;
      const state = follow(run, [...messages.slice(0, at), targets, ...messages.slice(at), verdictOn(run)]);
      return state.status === run.ending;
    }),
    400,
  );
});

t.test('with the targets told, a run that succeeds is at 99 % when its last node has finished', async (t) => {
  const working = hasClient.filter(
    (run) =>
      run.ending === 'completed' &&
      run.frames.some((frame) => String(frame).includes('"executing","data":{"node":"')),
  );
  holds(
    t,
    'no node that never runs holds it back',
    fc.property(working, (run) => {
      const until = messagesOf(run).filter((message) => message.type !== 'execution_success');
      const state = follow(run, [{ type: 'targets', nodes: run.targets }, ...until]);
      return toProgress(state).percent === 99;
    }),
    400,
  );
});

t.test('frames that are lost, repeated and reordered, and a verdict at any moment', async (t) => {
  const scene = simulated.chain((run) =>
    fc.record({
      run: fc.constant(run),
      heard: shaken(messagesOf(run)),
      verdictAt: fc.option(fc.nat(60)),
      waits: fc.array(wait, { minLength: 1, maxLength: 5 }),
    }),
  );
  holds(
    t,
    'break no promise, and the end agrees with the history',
    fc.property(scene, ({ run, heard, verdictAt, waits }) => {
      const verdict = verdictOn(run);
      const at = verdictAt ?? heard.length;
      const state = follow(run, [...heard.slice(0, at), verdict, ...heard.slice(at), verdict], waits);
      const files = filesOf(state);
      return state.status === run.ending && new Set(files).size === files.length;
    }),
    900,
  );
});

t.test('a socket that is lost, however often, loses no output', async (t) => {
  const scene = simulated.chain((run) =>
    fc.record({ run: fc.constant(run), heard: withGaps(messagesOf(run), { type: 'gap' } as const) }),
  );
  holds(
    t,
    'all are known once /history was asked',
    fc.property(scene, ({ run, heard }) => {
      const state = follow(run, [...heard, verdictOn(run)]);
      return state.status === run.ending && sameFiles(state, run);
    }),
    900,
  );
});
