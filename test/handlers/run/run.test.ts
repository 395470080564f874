import t from 'tap';
import { HttpError } from '../../../core/http/http-error.ts';
import { ComfyuiRefusal, ComfyuiUnreachable, type RunRequest, type Runs } from '../../../core/runs/runs.ts';
import { StorageUnwritable } from '../../../core/storage/storage.ts';
import { cancel } from '../../../handlers/run/cancel.ts';
import { start } from '../../../handlers/run/start.ts';
import { status } from '../../../handlers/run/status.ts';
import { makeContext, makeRequest } from '../../support/handler.ts';
import { runProgress } from '../../support/run-progress.ts';

const WORKFLOW = { 3: { class_type: 'KSampler', inputs: { seed: 1 } } };
const RUN = runProgress({ prompt_id: 'p1' });

async function withRuns(overrides: Partial<Runs>) {
  const context = await makeContext();
  return {
    ...context,
    runs: { ...context.runs, get: (id: string) => (id === 'p1' ? RUN : undefined), ...overrides },
  };
}

/** The refusal's status, or the reply's. */
async function statusOf(answer: Promise<{ status: number }>): Promise<number> {
  return answer.then(
    (reply) => reply.status,
    (error: unknown) => {
      if (error instanceof HttpError) return error.status;
      throw error;
    },
  );
}

const posted = (body: unknown) => makeRequest({ method: 'POST', body: JSON.stringify(body) });

t.test('POST /api/run hands the workflow on and answers as ComfyUI did', async (t) => {
  const submitted: RunRequest[] = [];
  const accepted = { prompt_id: 'p1', number: 4, node_errors: {} };
  const context = await withRuns({
    submit: async (run) => {
      submitted.push(run);
      return accepted;
    },
  });
  const reply = await start(
    context,
    posted({ prompt: WORKFLOW, front: true, extra_data: { a: 1 }, client_id: 'x' }),
  );
  t.same(JSON.parse(String(reply.body)), accepted);
  t.same(
    submitted,
    [{ prompt: WORKFLOW, front: true, extra_data: { a: 1 } }],
    'and nothing that was not asked for',
  );
});

t.test('what is no workflow in API format gets 400 without asking ComfyUI', async (t) => {
  const context = await withRuns({ submit: () => Promise.reject(new Error('asked')) });
  const bodies = [
    {},
    { prompt: null },
    { prompt: [] },
    { prompt: {} },
    { prompt: { 1: null } },
    { prompt: { 1: { inputs: {} } } },
    { prompt: { 1: { class_type: '', inputs: {} } } },
    { prompt: { 1: { class_type: 'X', inputs: [] } } },
    { prompt: { nodes: [], links: [] } },
    { prompt: WORKFLOW, front: 'yes' },
    { prompt: WORKFLOW, extra_data: [] },
    [WORKFLOW],
  ];
  for (const body of bodies) t.equal(await statusOf(start(context, posted(body))), 400, JSON.stringify(body));
});

t.test("ComfyUI's refusals of a workflow are passed on, others are 502, silence is 503", async (t) => {
  const rows: readonly [unknown, number][] = [
    [new ComfyuiRefusal(400, { error: { type: 'x' }, node_errors: {} }, 'no'), 400],
    [new ComfyuiRefusal(429, {}, 'full'), 429],
    [new ComfyuiRefusal(401, {}, 'who are you'), 502],
    [new ComfyuiRefusal(403, {}, 'no'), 502],
    [new ComfyuiRefusal(500, 'text', 'broken'), 502],
    [new ComfyuiUnreachable('ECONNREFUSED'), 503],
  ];
  for (const [error, expected] of rows) {
    const context = await withRuns({ submit: () => Promise.reject(error) });
    t.equal(await statusOf(start(context, posted({ prompt: WORKFLOW }))), expected, String(error));
  }
  const context = await withRuns({ submit: () => Promise.reject(new TypeError('a bug')) });
  await t.rejects(start(context, posted({ prompt: WORKFLOW })), new TypeError('a bug'), 'a bug stays one');
});

t.test('GET /api/run/status/{prompt_id}: the run, or 404', async (t) => {
  const context = await withRuns({});
  const reply = await status(context, makeRequest({ params: { prompt_id: 'p1' } }));
  t.same(JSON.parse(String(reply.body)), RUN);
  for (const id of ['p2', '', '__proto__']) {
    const request = makeRequest({ params: { prompt_id: id } });
    t.throws(() => status(context, request), new HttpError(404, 'No such run'));
  }
});

t.test('wait: the answer comes when the run is over, or when that time is', async (t) => {
  const waits: [string, number][] = [];
  const done = { ...RUN, status: 'completed', ended_at: '2026-01-01T12:00:10.000Z' } as const;
  const context = await withRuns({
    submit: () => Promise.resolve({ prompt_id: 'p1', number: 1, node_errors: {} }),
    ended: async (id, ms) => {
      waits.push([id, ms]);
      return done;
    },
  });
  const started = await start(context, posted({ prompt: WORKFLOW, wait: 2.5 }));
  t.match(JSON.parse(String(started.body)), { prompt_id: 'p1', number: 1, run: { status: 'completed' } });
  const asked = (query: string) => status(context, makeRequest({ params: { prompt_id: 'p1' }, query }));
  t.same(JSON.parse(String((await asked('wait=90')).body)), done);
  t.same(JSON.parse(String((await asked('wait=0')).body)), RUN, 'at once');
  t.same(waits, [
    ['p1', 2500],
    ['p1', 90_000],
  ]);
  for (const wait of ['91', '-1', 'x', '1.5', '']) t.throws(() => asked(`wait=${wait}`), HttpError, wait);
  for (const wait of [91, -1, '3'])
    t.equal(await statusOf(start(context, posted({ prompt: WORKFLOW, wait }))), 400);
  const over = await withRuns({ get: () => done, ended: () => Promise.reject(new Error('waited')) });
  const reply = await status(over, makeRequest({ params: { prompt_id: 'p1' }, query: 'wait=9' }));
  t.same(JSON.parse(String(reply.body)), done, 'one that is over is not waited for');
});

t.test('a full disk refuses a new run with 507 and says what to do', async (t) => {
  const context = await withRuns({ submit: () => Promise.reject(new StorageUnwritable(new Error('full'))) });
  t.equal(await statusOf(start(context, posted({ prompt: WORKFLOW }))), 507);
  await t.rejects(start(context, posted({ prompt: WORKFLOW })), /STUDIO_DIR/);
});

t.test(
  'POST /api/run/cancel/{prompt_id}: 200, 404 when not known, 409 when over, 503 when ComfyUI is silent',
  async (t) => {
    const rows: readonly [string, Runs['cancel'], number][] = [
      ['p1', () => Promise.resolve(true), 200],
      ['p1', () => Promise.resolve(false), 409],
      ['p1', () => Promise.reject(new ComfyuiUnreachable('timeout')), 503],
      ['p2', () => Promise.reject(new Error('asked')), 404],
    ];
    for (const [id, cancelRun, expected] of rows) {
      const context = await withRuns({ cancel: cancelRun });
      t.equal(await statusOf(cancel(context, makeRequest({ params: { prompt_id: id } }))), expected);
    }
  },
);
