import t from 'tap';
import type { Message, Preview, StudioEvent } from '../../client/message.ts';
import type { RunProgress } from '../../core/runs/run.ts';
import { INITIAL, reduceAll, runInView, type State } from '../../web/store.ts';
import { runProgress } from '../support/run-progress.ts';

const live: Message = { type: 'link', link: { state: 'live' } };
const run = (changes: Partial<RunProgress>): Message => ({ type: 'progress', run: runProgress(changes) });
const event = (id: number, changes: Partial<StudioEvent> = {}): Message => ({
  type: 'event',
  event: {
    id,
    type: 'job.queued',
    severity: 'info',
    message: `event ${id}`,
    timestamp: new Date(Date.UTC(2026, 0, 1) + id * 1000).toISOString(),
    data: {},
    ...changes,
  },
});
const IMAGE: Preview = {
  prompt_id: null,
  node_id: null,
  mime: 'image/png',
  seq: null,
  image: new Uint8Array(),
};
const preview = (changes: Partial<Preview> = {}): Message => ({
  type: 'preview',
  preview: { ...IMAGE, ...changes },
});
const after = (...actions: Message[]): State => reduceAll(INITIAL, actions);
const idsOf = (state: State) => state.runs.map((one) => one.prompt_id).join(' ');

t.test('runs are listed running first, then as they wait, then newest first', async (t) => {
  const state = after(
    run({ prompt_id: 'old', status: 'completed', ended_at: '2026-01-01T12:01:00.000Z' }),
    run({ prompt_id: 'new', status: 'error', ended_at: '2026-01-01T12:02:00.000Z' }),
    run({ prompt_id: 'later', queued_at: '2026-01-01T12:04:00.000Z' }),
    run({ prompt_id: 'next', queued_at: '2026-01-01T12:03:00.000Z' }),
    run({ prompt_id: 'now', status: 'running' }),
  );
  t.equal(idsOf(state), 'now next later new old');
});

t.test('a run is replaced by its newer state', async (t) => {
  const state = after(run({ percent: 1 }), run({ status: 'running', percent: 50 }));
  t.equal(state.runs.length, 1);
  t.equal(state.runs[0]?.percent, 50);
});

t.test('a new connection forgets the runs that Studio does not name again', async (t) => {
  t.equal(idsOf(after(live, run({ prompt_id: 'a' }), live, run({ prompt_id: 'b' }))), 'b');
  t.equal(idsOf(after(live, run({}), { type: 'link', link: { state: 'connecting' } })), 'a');
});

t.test('events are kept newest first, and 200 of them', async (t) => {
  const state = after(event(1), event(2), event(3));
  t.same(
    state.events.map((one) => one.id),
    [3, 2, 1],
  );
  t.equal(after(...Array.from({ length: 300 }, (_, at) => event(at))).events.length, 200);
});

t.test('the latest word on ComfyUI counts', async (t) => {
  t.equal(INITIAL.comfyui, 'unknown');
  const lost = after(event(1, { type: 'comfyui.connected' }), event(2, { type: 'comfyui.disconnected' }));
  t.equal(lost.comfyui, 'disconnected');
  t.equal(reduceAll(lost, [event(3)]).comfyui, 'disconnected');
  t.equal(reduceAll(lost, [event(3, { type: 'comfyui.connected' })]).comfyui, 'connected');
});

t.test('the run in view', async (t) => {
  const inView = (...actions: Message[]) => runInView(after(...actions))?.prompt_id ?? null;
  const done = { status: 'completed', ended_at: '2026-01-01T12:01:00.000Z' } as const;
  t.equal(inView(), null);
  t.equal(inView(run(done)), null, 'one that ended before this page came is not in view');
  t.equal(inView(run({ prompt_id: 'waits' }), run({ prompt_id: 'runs', status: 'running' })), 'runs');
  t.equal(inView(run({ prompt_id: 'waits' })), 'waits');
  t.equal(inView(run({ status: 'running' }), run(done)), 'a', 'it stays when it is over');
  t.equal(inView(run({}), run(done)), 'a', 'even when it was too short to be seen running');
});

t.test('a preview belongs to the run that runs', async (t) => {
  const running = run({ status: 'running' });
  t.same(after(running, preview()).preview, { run: 'a', preview: IMAGE });
  t.same(after(preview(), running).preview, { run: 'a', preview: IMAGE }, 'also when it comes first');
  t.equal(after(running, preview({ prompt_id: 'b' })).preview?.run, 'b', 'unless it says itself whose it is');
  t.equal(after(running, preview(), run({ prompt_id: 'b', status: 'running' })).preview, null);
  t.equal(
    after(running, preview(), run({ status: 'completed' })).preview?.run,
    'a',
    'the last one stays when the run is over',
  );
  const cancelled = [run({ prompt_id: 'b' }), run({ prompt_id: 'b', status: 'cancelled' })];
  t.equal(after(running, preview(), ...cancelled).preview?.run, 'a', 'a queued one that ends takes nothing');
});
