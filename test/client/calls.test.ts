import t from 'tap';
import { baseUrlOf } from '../../client/base-url.ts';
import { createCalls } from '../../client/calls.ts';
import { StudioError } from '../../client/error.ts';
import { createHttp } from '../../client/http.ts';
import { runProgress } from '../support/run-progress.ts';

interface Asked {
  readonly url: string;
  readonly init: RequestInit;
}

/** The calls of a Studio that answers everything so; and what it was asked. */
function callsTo(answer: unknown, status = 200) {
  const asked: Asked[] = [];
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  const fetch = async (url: unknown, init: RequestInit = {}) => {
    asked.push({ url: String(url), init });
    return new Response(text, { status });
  };
  const http = createHttp({ baseUrl: 'http://pod:8000/studio', headers: { 'X-API-Key': 'k' }, fetch });
  return { ...createCalls(http), asked };
}

t.test('each call asks what the API has', async (t) => {
  const started = { prompt_id: 'p1', number: 4, node_errors: {} };
  const run = runProgress({ prompt_id: 'a/b' });
  type Tested = ReturnType<typeof callsTo>;
  const rows: readonly [(calls: Tested) => Promise<unknown>, string, unknown, unknown][] = [
    [(calls) => calls.session(), 'GET /api/auth/session', { by: 'key' }, { by: 'key' }],
    [(calls) => calls.status('a/b'), 'GET /api/run/status/a%2Fb', run, run],
    [(calls) => calls.cancel('a/b'), 'POST /api/run/cancel/a%2Fb', { status: 'cancelling' }, undefined],
    [(calls) => calls.start({}), 'POST /api/run', started, started],
    [
      (calls) => calls.queue(),
      'GET /api/admin/queue',
      { running: [{ prompt_id: 'p1', title: 'x' }, 7], pending: [], paused: false },
      { running: [{ prompt_id: 'p1', title: 'x' }], pending: [] },
    ],
    [
      (calls) => calls.history(),
      'GET /api/admin/history',
      { runs: [{ prompt_id: 'p1' }] },
      { runs: [{ prompt_id: 'p1' }], next: null },
    ],
    [
      (calls) => calls.history({ limit: 5, before: '12', status: 'error' }),
      'GET /api/admin/history?limit=5&before=12&status=error',
      { runs: [], next: 7 },
      { runs: [], next: '7' },
    ],
  ];
  for (const [call, request, answer, expected] of rows) {
    const calls = callsTo(answer);
    t.same(await call(calls), expected, request);
    const [method, path] = request.split(' ');
    t.match(calls.asked, [
      { url: `http://pod:8000/studio${path}`, init: { method, headers: { 'X-API-Key': 'k' } } },
    ]);
  }
});

t.test('a workflow is wrapped with its options, and a text is sent as it is', async (t) => {
  const calls = callsTo({ prompt_id: 'p1', number: 1 });
  const prompt = { 3: { class_type: 'KSampler', inputs: { seed: 1 } } };
  await calls.start(prompt, { front: true, extraData: { a: 1 }, title: 'A ridge' });
  await calls.start(prompt);
  const text = '{"prompt":{"3":{"class_type":"KSampler","inputs":{"seed":18446744073709551615}}}}';
  await calls.start(text);
  const [whole, bare, raw] = calls.asked.map(({ init }) => String(init.body));
  t.same(JSON.parse(whole ?? ''), { prompt, front: true, extra_data: { a: 1 }, title: 'A ridge' });
  t.same(JSON.parse(bare ?? ''), { prompt });
  t.equal(raw, text);
});

t.test('what goes wrong is a StudioError with the status and Studio’s own words', async (t) => {
  const refused = { detail: 'Prompt has no outputs', node_errors: {} };
  const rows: readonly [unknown, number, string, unknown][] = [
    [refused, 400, 'Prompt has no outputs', refused],
    [{ detail: 'Not authenticated' }, 401, 'Not authenticated', { detail: 'Not authenticated' }],
    ['<h1>Bad gateway</h1>', 502, 'Studio answered with an error (502).', '<h1>Bad gateway</h1>'],
    ['', 302, 'Studio answered with an error (302).', ''],
    [{ detail: ['not', 'words'] }, 422, 'Studio answered with an error (422).', { detail: ['not', 'words'] }],
  ];
  for (const [answer, status, detail, body] of rows) {
    await t.rejects(callsTo(answer, status).status('p1'), {
      name: 'StudioError',
      status,
      detail,
      message: detail,
      body,
    });
  }
});

t.test('an answer that is none of Studio’s is an error, not a surprise later', async (t) => {
  for (const answer of ['<h1>Welcome to the hotel’s Wi-Fi</h1>', null, [], {}, { prompt_id: 7 }]) {
    for (const name of ['session', 'status', 'start'] as const) {
      const calls = callsTo(answer);
      const call = {
        session: () => calls.session(),
        status: () => calls.status('p1'),
        start: () => calls.start({}),
      };
      await t.rejects(call[name](), StudioError, `${name}: ${JSON.stringify(answer)}`);
    }
  }
});

t.test('no answer is status 0, and giving up is the signal’s own reason', async (t) => {
  const calls = createCalls(
    createHttp({
      baseUrl: 'http://pod',
      headers: {},
      fetch: () => Promise.reject(new TypeError('fetch failed')),
    }),
  );
  await t.rejects(calls.session(), { status: 0, body: undefined });
  const reason = new Error('no time');
  await t.rejects(calls.session({ signal: AbortSignal.abort(reason) }), reason);
});

t.test('the address of Studio', async (t) => {
  const good: readonly [string, string][] = [
    ['http://pod:8000', 'http://pod:8000'],
    ['https://pod.example/studio/', 'https://pod.example/studio'],
    ['https://pod.example/?a=1#b', 'https://pod.example'],
  ];
  for (const [address, expected] of good) t.equal(baseUrlOf(address), expected);
  for (const address of ['', 'pod:8000', '/studio', 'ws://pod', 'file:///etc', 'http://me:secret@pod'])
    t.throws(() => baseUrlOf(address), TypeError, address);
});
