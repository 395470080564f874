import t from 'tap';
import { StudioError } from '../../client/error.ts';
import { followRun, type Patience } from '../../client/follow-run.ts';
import type { Message } from '../../client/message.ts';
import type { RunProgress } from '../../client/wire.ts';
import { runProgress } from '../support/run-progress.ts';

const PATIENCE: Patience = { askAgainMs: 1, quietMs: 60_000, unknownMs: 60_000 };

/** A client of which nothing is real: answers to `status` in turn (the last one stays), and messages when `tell` is called. */
function fakeClient(...answers: readonly (RunProgress | StudioError)[]) {
  const listeners = new Set<(message: Message) => void>();
  let asked = 0;
  let listened = (): void => {};
  const isListening = new Promise<void>((resolve) => {
    listened = resolve;
  });
  return {
    status: async () => {
      const answer = answers[Math.min(asked, answers.length - 1)];
      asked += 1;
      if (answer instanceof StudioError) throw answer;
      return answer ?? runProgress();
    },
    listen(listener: (message: Message) => void) {
      listeners.add(listener);
      listened();
      return () => listeners.delete(listener);
    },
    tell(message: Message) {
      for (const listener of listeners) listener(message);
    },
    isListening,
    get listeners() {
      return listeners.size;
    },
    get asked() {
      return asked;
    },
  };
}

type FakeClient = ReturnType<typeof fakeClient>;

const follow = (client: FakeClient, isKnown = true, patience: Partial<Patience> = {}) =>
  followRun({ promptId: 'a', client, signals: [], isKnown, patience: { ...PATIENCE, ...patience } });

/** The percents, or the status when it is over, until the loop ends. */
async function statesOf(messages: ReturnType<typeof follow>): Promise<unknown[]> {
  const states: unknown[] = [];
  for await (const message of messages)
    if (message.type === 'progress') states.push(message.run.percent === 100 ? 'done' : message.run.percent);
  return states;
}

const at = (percent: number) => runProgress({ status: 'running', percent });
const done = runProgress({ status: 'completed', percent: 100 });
const progress = (run: RunProgress): Message => ({ type: 'progress', run });
const live: Message = { type: 'link', link: { state: 'live' } };
const unknown = new StudioError(404, 'No such run');
const ended: Message = {
  type: 'event',
  event: {
    id: 1,
    type: 'job.completed',
    severity: 'success',
    message: 'done',
    timestamp: '2026-01-01T12:00:00.000Z',
    data: { prompt_id: 'a' },
  },
};

t.test('a run that is over needs no stream', async (t) => {
  const client = fakeClient(done);
  t.same(await statesOf(follow(client)), ['done']);
  t.equal(client.asked, 1);
});

t.test('the stream tells the rest, of this run only, and the same state once', async (t) => {
  const client = fakeClient(at(10));
  const messages = follow(client);
  const first = await messages.next();
  t.match(first.value, progress(at(10)));
  await client.isListening;
  const rest = statesOf(messages);
  for (const run of [at(10), at(20), runProgress({ prompt_id: 'b', status: 'error' })])
    client.tell(progress(run));
  client.tell(progress(done));
  t.same(await rest, ['done'], 'a reader that is slow gets the newest');
  t.equal(client.asked, 1, 'nobody was asked again');
  t.equal(client.listeners, 0);
});

t.test('previews of this run come with it, the newest of them when the reader is slow', async (t) => {
  const client = fakeClient(at(10));
  const messages = follow(client);
  await messages.next();
  await client.isListening;
  const preview = (prompt_id: string | null, seq: number): Message => ({
    type: 'preview',
    preview: { prompt_id, node_id: '3', mime: 'image/png', seq, image: new Uint8Array() },
  });
  for (const message of [preview('a', 1), preview('b', 1), preview(null, 1), preview('a', 2), progress(done)])
    client.tell(message);
  const rest = [];
  for await (const message of messages) rest.push(message);
  t.same(rest, [preview('a', 2), progress(done)]);
});

t.test('when the stream is back, Studio is asked what was missed', async (t) => {
  const client = fakeClient(at(10), done);
  const states = statesOf(follow(client));
  await client.isListening;
  client.tell(live);
  t.same(await states, [10, 'done']);
});

t.test('when only the end was told, Studio is asked for the last state', async (t) => {
  const client = fakeClient(at(10), done);
  const states = statesOf(follow(client));
  await client.isListening;
  client.tell(ended);
  t.same(await states, [10, 'done']);
});

t.test('when nothing comes for long, Studio is asked', async (t) => {
  const client = fakeClient(at(10), at(10), at(20), done);
  const states = statesOf(follow(client, true, { quietMs: 1 }));
  await client.isListening;
  client.tell(live);
  t.same(await states, [10, 20, 'done']);
});

t.test('an answer that was overtaken by the stream is older than it', async (t) => {
  let answer = (_run: RunProgress): void => {};
  const client = { ...fakeClient(), asked: 0 };
  const answers = [
    Promise.resolve(at(10)),
    new Promise<RunProgress>((resolve) => {
      answer = resolve;
    }),
  ];
  const status = () => answers.shift() ?? Promise.resolve(done);
  const messages = followRun({ promptId: 'a', client: { ...client, status }, signals: [], isKnown: true });
  await messages.next();
  await client.isListening;
  client.tell(live);
  client.tell(progress(at(30)));
  answer(at(20));
  const next = await messages.next();
  t.match(next.value, progress(at(30)));
  client.tell(ended);
  t.match((await messages.next()).value, progress(done), 'never back to 20');
});

t.test('a run that Studio never knew is an error; one that it forgot is waited for', async (t) => {
  await t.rejects(statesOf(follow(fakeClient(unknown), false)), unknown);

  const restarted = fakeClient(at(10), unknown, unknown, at(20), done);
  const states = statesOf(follow(restarted, false));
  await restarted.isListening;
  restarted.tell(live);
  while (restarted.asked < 4) await new Promise(setImmediate);
  restarted.tell(ended);
  t.same((await states).at(-1), 'done');

  const lost = fakeClient(at(10), unknown);
  const lostStates = statesOf(follow(lost, true, { unknownMs: 5 }));
  await lost.isListening;
  lost.tell(live);
  await t.rejects(lostStates, unknown, 'but not for ever');
});

t.test('Studio away or updating is waited for, any other refusal is the end', async (t) => {
  for (const status of [0, 429, 500, 502, 503]) {
    const client = fakeClient(new StudioError(status, 'away'), done);
    const states = statesOf(follow(client, false));
    await client.isListening;
    client.tell(live);
    t.same(await states, ['done'], String(status));
  }
  for (const status of [400, 401, 403]) {
    const refusal = new StudioError(status, 'no');
    await t.rejects(statesOf(follow(fakeClient(refusal))), refusal, String(status));
  }
  const client = fakeClient(at(10));
  const states = statesOf(follow(client));
  await client.isListening;
  client.tell({ type: 'link', link: { state: 'logged-out' } });
  await t.rejects(states, { status: 401 });
});

t.test('leaving the loop, or aborting, lets go of everything', async (t) => {
  const left = fakeClient(at(10));
  for await (const _ of follow(left)) {
    await left.isListening;
    break;
  }
  t.equal(left.listeners, 0);

  const reason = new Error('enough');
  const controller = new AbortController();
  const client = fakeClient(at(10));
  const messages = followRun({ promptId: 'a', client, signals: [controller.signal], isKnown: true });
  await messages.next();
  await client.isListening;
  const next = messages.next();
  controller.abort(reason);
  await t.rejects(next, reason);
  t.equal(client.listeners, 0);
});
