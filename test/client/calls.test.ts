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
  const timing = { node_id: '3', state: 'finished', started_at: '2026-01-01T12:00:01.000Z', seconds: 1.5 };
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
    [
      (calls) => calls.history({ status: ['error', 'stalled'] }),
      'GET /api/admin/history?status=error%2Cstalled',
      { runs: [], next: null },
      { runs: [], next: null },
    ],
    [
      (calls) => calls.history({ since: new Date(0), until: new Date(1) }),
      'GET /api/admin/history?since=1970-01-01T00%3A00%3A00.000Z&until=1970-01-01T00%3A00%3A00.001Z',
      { runs: [], next: null },
      { runs: [], next: null },
    ],
    [
      (calls) => calls.historyEntry('timed'),
      'GET /api/admin/history/timed',
      { run, timings: [timing, { ...timing, state: 'asleep' }, 7, { ...timing, seconds: null }], prompt: {} },
      { run, node_errors: {}, timings: [timing, { ...timing, seconds: null }], prompt: '{}' },
    ],
    [
      (calls) => calls.historyEntry('a/b'),
      'GET /api/admin/history/a%2Fb',
      `{"run":${JSON.stringify(run)},"node_errors":{},"prompt":{"3":{"inputs":{"seed":18446744073709551615}}}}`,
      { run, node_errors: {}, timings: [], prompt: '{"3":{"inputs":{"seed":18446744073709551615}}}' },
    ],
    [(calls) => calls.retry('p1', { front: true }), 'POST /api/admin/history/retry', started, started],
    [(calls) => calls.deleteHistory(['p1']), 'POST /api/admin/history/delete', { deleted: ['p1'] }, ['p1']],
    [
      (calls) => calls.uploadImage(new Blob(['x']), { filename: 'a.png', overwrite: true }),
      'POST /api/run/upload-image',
      { name: 'a.png', subfolder: '', type: 'input' },
      { name: 'a.png', subfolder: '', type: 'input' },
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

t.test('a call that waits is told how the run is then', async (t) => {
  const run = runProgress({ prompt_id: 'p1', status: 'completed' });
  const calls = callsTo({ prompt_id: 'p1', number: 1, node_errors: {}, run });
  t.same((await calls.start({}, { wait: 60 })).run, run);
  t.same(JSON.parse(String(calls.asked[0]?.init.body)), { prompt: {}, wait: 60 });
});

t.test('a file comes as fetch gives it, and a refusal as StudioError', async (t) => {
  const calls = callsTo('the bytes');
  const response = await calls.result('a/b', { index: 2, download: true, range: 'bytes=0-3' });
  t.equal(await response.text(), 'the bytes');
  await calls.view({ filename: 'a b.png', subfolder: 'x', type: 'temp', preview: 'webp;75' });
  t.match(calls.asked, [
    {
      url: 'http://pod:8000/studio/api/run/result/a%2Fb?index=2&download=1',
      init: { headers: { Range: 'bytes=0-3', 'X-API-Key': 'k' } },
    },
    {
      url: 'http://pod:8000/studio/api/comfyui/view?filename=a+b.png&subfolder=x&type=temp&preview=webp%3B75',
    },
  ]);
  const refused = callsTo({ detail: 'No such run' }, 404);
  await t.rejects(refused.result('p1'), { name: 'StudioError', status: 404, detail: 'No such run' });
});

t.test('an upload is a form, and what is to be forgotten is named', async (t) => {
  const upload = callsTo({ name: 'a (1).png' });
  t.same(await upload.uploadImage(new File(['x'], 'a.png'), { subfolder: 'sub' }), {
    name: 'a (1).png',
    subfolder: '',
    type: 'input',
  });
  const form = upload.asked[0]?.init.body;
  t.ok(form instanceof FormData && !JSON.stringify(upload.asked[0]?.init.headers).includes('Content-Type'));
  if (form instanceof FormData) t.same([...form.keys()], ['subfolder', 'image']);

  const forget = callsTo({ deleted: [] });
  await forget.deleteHistory('all');
  await forget.deleteHistory(['p1', 'p2']);
  t.same(
    forget.asked.map(({ init }) => String(init.body)),
    ['{"all":true}', '{"prompt_ids":["p1","p2"]}'],
  );
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
