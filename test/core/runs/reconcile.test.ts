import t from 'tap';
import type { Comfyui } from '../../../core/runs/comfyui.ts';
import type { PastRun, Queue, QueueItem } from '../../../core/runs/comfyui-answers.ts';
import { createLedger } from '../../../core/runs/ledger.ts';
import { createReconcile } from '../../../core/runs/reconcile.ts';
import type { HistoryVerdict } from '../../../core/runs/reduce.ts';
import type { PromptId } from '../../../core/runs/run.ts';
import { ComfyuiUnreachable } from '../../../core/runs/runs.ts';
import { openRecords } from '../../support/records.ts';
import { silentLog } from './silent-log.ts';

const completed: HistoryVerdict = {
  type: 'history',
  outcome: 'completed',
  cachedNodes: [],
  outputs: [],
  startedAt: null,
  endedAt: null,
};
const item = (promptId: PromptId, number = 1): QueueItem => ({
  promptId,
  number,
  prompt: {},
  targets: [],
  clientId: null,
});
const inQueue = (running: QueueItem[], pending: QueueItem[] = []): Queue => ({ running, pending });
const empty = inQueue([]);

/** A ComfyUI that answers with what `truth` holds, and a ledger with one run, accepted and ours. */
function setUp() {
  const truth = {
    queue: empty,
    history: new Map<PromptId, HistoryVerdict>(),
    past: new Map<PromptId, PastRun>(),
    heardOf: [] as PromptId[],
    reachable: true,
    /** The run of which ComfyUI says nothing but errors. */
    unspeakable: '',
  };
  const asked: string[] = [];
  const answer = async <T>(what: string, value: T): Promise<T> => {
    asked.push(what);
    if (!truth.reachable) throw new ComfyuiUnreachable('a test');
    return value;
  };
  const never = () => Promise.reject(new Error('not to be called'));
  const comfyui: Comfyui = {
    queue: () => answer('queue', truth.queue),
    history: (id) =>
      id === truth.unspeakable
        ? Promise.reject(new ComfyuiUnreachable('a test'))
        : answer(`history ${id}`, truth.history.get(id) ?? null),
    pastRun: (id) => answer(`past ${id}`, truth.past.get(id) ?? null),
    submit: never,
    interrupt: never,
    deleteFromQueue: never,
    deleteFromHistory: never,
    systemStats: never,
    close() {},
  };
  const ledger = createLedger({
    ...openRecords(),
    log: silentLog,
    progressIntervalMs: 0,
    previewIntervalMs: 0,
    overLimit: 10,
  });
  const link = { connected: true, connection: 1, heardAt: Number.POSITIVE_INFINITY };
  const deaf = { times: 0 };
  const adopted: PromptId[] = [];
  const reconcile = createReconcile({
    comfyui,
    ledger,
    link,
    openLimit: 2,
    starterOf: (clientId) => (clientId === 'an editor' ? 'editor' : 'other'),
    heardOf: () => truth.heardOf,
    onAdopted(run) {
      adopted.push(run.state.id);
    },
    onDeaf() {
      deaf.times += 1;
    },
  });
  const run = ledger.enter('mine', {}, undefined);
  ledger.accept(run);
  return { truth, asked, ledger, link, run, reconcile, deaf, adopted };
}

t.test('a run in the queue is where the queue says', async (t) => {
  const { truth, asked, run, reconcile } = setUp();
  truth.queue = inQueue([], [item('mine', -4)]);
  t.equal(await reconcile(), null);
  t.match(run, { number: -4, state: { status: 'queued' } });
  truth.queue = inQueue([item('mine')]);
  t.equal(await reconcile(), 'mine');
  t.match(run.state, { status: 'running' });
  t.same(asked, ['queue', 'queue'], 'its history is not asked for');
});

t.test('a run is measured by what it is run for, as the queue names it', async (t) => {
  const { truth, ledger, reconcile } = setUp();
  const prompt = {
    '1': { class_type: 'SaveImage', inputs: {} },
    '2': { class_type: 'SaveImage', inputs: {} },
  };
  const run = ledger.enter('partial', prompt, undefined);
  truth.queue = inQueue([{ ...item('partial'), targets: ['2'] }]);
  await reconcile();
  t.same(run.state.targets, ['2']);
});

t.test('the queue is asked first, since a run goes from there to the history in one go', async (t) => {
  const { truth, asked, run, reconcile } = setUp();
  truth.history.set('mine', completed);
  await reconcile();
  t.same(asked, ['queue', 'history mine']);
  t.equal(run.state.status, 'completed');
});

t.test('a run that is in neither, twice in a row, is lost', async (t) => {
  const { truth, run, ledger, reconcile } = setUp();
  ledger.advance(run, { type: 'seen_running' });
  await reconcile();
  t.equal(run.state.status, 'running');
  truth.queue = inQueue([item('mine')]);
  await reconcile();
  truth.queue = empty;
  await reconcile();
  t.equal(run.state.status, 'running', 'it was seen in between');
  await reconcile();
  t.equal(run.state.status, 'stalled');
});

t.test('nothing is concluded while ComfyUI does not answer', async (t) => {
  const { truth, run, reconcile } = setUp();
  await reconcile();
  truth.reachable = false;
  for (let round = 0; round < 5; round += 1) await t.rejects(reconcile(), ComfyuiUnreachable);
  t.equal(run.state.status, 'queued');
  truth.reachable = true;
  await reconcile();
  t.equal(run.state.status, 'stalled');
});

t.test('a run of which ComfyUI gives no account keeps none of the others waiting', async (t) => {
  const { truth, ledger, reconcile } = setUp();
  truth.unspeakable = 'mine';
  const ids = Array.from({ length: 20 }, (_, index) => `run ${index}`);
  for (const id of ids) {
    ledger.accept(ledger.enter(id, {}, undefined));
    truth.history.set(id, completed);
  }
  await t.rejects(reconcile(), ComfyuiUnreachable, 'it is asked about again');
  t.same(
    ids.filter((id) => ledger.get(id) !== undefined),
    [],
  );
  t.ok(ledger.get('mine'));
});

t.test('a run that is gone after it was to be cancelled is cancelled', async (t) => {
  const { run, ledger, reconcile } = setUp();
  ledger.advance(run, { type: 'seen_running' });
  run.cancelAsked = true;
  await reconcile();
  await reconcile();
  t.equal(run.state.status, 'cancelled');
});

t.test('a run that waited and is gone was deleted, unless the connection is another one', async (t) => {
  for (const [connection, status] of [
    [1, 'cancelled'],
    [2, 'stalled'],
  ] as const) {
    const { truth, link, run, reconcile } = setUp();
    truth.queue = inQueue([], [item('mine')]);
    await reconcile();
    link.connection = connection;
    truth.queue = empty;
    await reconcile();
    await reconcile();
    t.equal(run.state.status, status);
  }
});

t.test('a run that is submitted, but not accepted, is not missed', async (t) => {
  const { truth, asked, ledger, reconcile } = setUp();
  truth.queue = inQueue([item('mine')]);
  ledger.enter('new', {}, undefined);
  await reconcile();
  t.same(asked, ['queue']);
});

t.test('runs of others are followed, as far as there is room', async (t) => {
  const { truth, ledger, reconcile } = setUp();
  const prompt = { '1': { class_type: 'A', inputs: {}, _meta: { title: 'T' } } };
  truth.queue = inQueue([item('mine'), { ...item('theirs', 2), prompt }], [item('too many')]);
  await reconcile();
  t.same(
    ledger
      .list()
      .map((run) => run.prompt_id)
      .sort(),
    ['mine', 'too many'],
  );
  truth.queue = inQueue([item('mine')]);
  truth.history.set('too many', completed);
  await reconcile();
  truth.queue = inQueue([item('mine'), { ...item('theirs', 2), prompt }]);
  await reconcile();
  t.match(ledger.get('theirs')?.state.workflow.get('1'), { title: 'T', type: 'A' });
});

t.test('a socket that said nothing for a round in which a run of ours ended is deaf', async (t) => {
  const { truth, link, reconcile, deaf } = setUp();
  truth.queue = inQueue([item('mine')]);
  link.heardAt = Number.NEGATIVE_INFINITY;
  await reconcile();
  await reconcile();
  t.equal(deaf.times, 0);
  truth.queue = empty;
  truth.history.set('mine', completed);
  await reconcile();
  t.equal(deaf.times, 1);
});

t.test('whose run it is, by the client that queued it', async (t) => {
  const { truth, ledger, reconcile, adopted } = setUp();
  truth.queue = inQueue([item('mine')], [{ ...item('theirs', 2), clientId: 'an editor' }]);
  await reconcile();
  t.match(ledger.progress('theirs'), { started_by: 'editor', status: 'queued' });
  t.same(adopted, ['theirs'], 'told once, and not of a run that was known');
  await reconcile();
  t.same(adopted, ['theirs']);
});

t.test('a run that was heard of and is over already is taken from the history', async (t) => {
  const { truth, asked, ledger, reconcile } = setUp();
  truth.queue = inQueue([item('mine')]);
  truth.heardOf = ['quick', 'never was'];
  truth.past.set('quick', { item: { ...item('quick'), clientId: 'elsewhere' }, verdict: completed });
  await reconcile();
  t.match(ledger.progress('quick'), { started_by: 'other', status: 'completed' });
  t.equal(ledger.progress('never was'), undefined);
  await reconcile();
  t.equal(asked.filter((what) => what === 'past quick').length, 1, 'and is not asked about again');
});
