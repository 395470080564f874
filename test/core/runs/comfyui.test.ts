import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { type ComfyuiOptions, createComfyui } from '../../../core/runs/comfyui.ts';
import { ComfyuiRefusal, ComfyuiUnreachable } from '../../../core/runs/runs.ts';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Answer = (response: ServerResponse, request: Seen) => void;

const json =
  (status: number, body: unknown): Answer =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const plain =
  (status: number, body: string): Answer =>
  (response) =>
    void response.writeHead(status).end(body);

/** A server that answers everything with `answer`, and a client of it. */
async function serve(t: Test, answer: Answer, options: ComfyuiOptions & { path?: string } = {}) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    const entry = { method, url, headers, body: await text(request) };
    seen.push(entry);
    answer(response, entry);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const comfyui = createComfyui(`http://127.0.0.1:${port}${options.path ?? ''}`, options);
  t.teardown(() => {
    comfyui.close();
    server.closeAllConnections();
    server.close();
  });
  return { comfyui, seen };
}

const submission = { promptId: 'p', clientId: 'c', prompt: { '1': { class_type: 'A', inputs: {} } } };

t.test('a run is submitted under the id and the client that it is given', async (t) => {
  const { comfyui, seen } = await serve(t, json(200, { prompt_id: 'p', number: 4, node_errors: {} }));
  t.same(await comfyui.submit(submission), { prompt_id: 'p', number: 4, node_errors: {} });
  await comfyui.submit({ ...submission, front: true, extra_data: { key: 'value' } });
  t.match(seen[0], { method: 'POST', url: '/prompt', headers: { 'content-type': 'application/json' } });
  t.same(JSON.parse(seen[0]?.body ?? ''), { prompt: submission.prompt, prompt_id: 'p', client_id: 'c' });
  t.match(JSON.parse(seen[1]?.body ?? ''), { front: true, extra_data: { key: 'value' } });
  t.equal(seen[0]?.headers.origin, undefined, 'Origin is never sent');
});

t.test('a base address with a path keeps it', async (t) => {
  const { comfyui, seen } = await serve(t, json(200, { queue_running: [], queue_pending: [] }), {
    path: '/base/',
  });
  await comfyui.queue();
  t.equal(seen[0]?.url, '/base/queue');
});

t.test('the queue is read in the order in which it will run, without extra_data', async (t) => {
  const item = (number: number, id: string) => [
    number,
    id,
    { '1': { class_type: 'A', inputs: {}, _meta: { title: 'T' } } },
    { api_key_comfy_org: 'secret' },
    ['1'],
    'whatever comes next',
  ];
  const { comfyui } = await serve(
    t,
    json(200, { queue_running: [item(1, 'r')], queue_pending: [item(9, 'b'), item(-3, 'a')] }),
  );
  const queue = await comfyui.queue();
  t.match(queue.running, [
    { promptId: 'r', number: 1, prompt: { '1': { class_type: 'A', _meta: { title: 'T' } } }, targets: ['1'] },
  ]);
  t.same(
    queue.pending.map((item) => item.promptId),
    ['a', 'b'],
  );
  t.notMatch(JSON.stringify(queue), /secret/);
});

t.test('a queue item that is not understood hides none of the others', async (t) => {
  const good = (id: string, number: number | null = 1) => [number, id, {}, {}, []];
  const { comfyui } = await serve(
    t,
    json(200, {
      queue_running: [good('r')],
      queue_pending: [
        good('x'.repeat(300)),
        good(''),
        // Half a character: no path of /history can name it.
        good('\ud800'),
        'nonsense',
        good('no number', null),
        good('p'),
      ],
    }),
  );
  const { running, pending } = await comfyui.queue();
  t.same(
    [...running, ...pending].map(({ promptId }) => promptId),
    ['r', 'p', 'no number'],
    'a number that JSON has not, such as NaN, comes last',
  );
});

t.test('the workflow of a run that is not known is read to the last digit of its seed', async (t) => {
  const queue =
    '{"queue_running": [[1, "theirs", {"1": {"inputs": {"seed": 18446744073709551557, "x": NaN}}}]], "queue_pending": []}';
  const { comfyui } = await serve(t, plain(200, queue));
  const seedOf = async (isKnown?: (id: string) => boolean) =>
    (await comfyui.queue(isKnown)).running[0]?.prompt;
  t.same(await seedOf(() => false), { 1: { inputs: { seed: 18_446_744_073_709_551_557n, x: null } } });
  t.same(await seedOf((id) => id === 'theirs'), {
    1: { inputs: { seed: 18_446_744_073_709_552_000, x: null } },
  });
});

t.test('a queue item that names no outputs is one all the same', async (t) => {
  const queue_running = [
    [1, 'none', {}],
    [2, 'odd', {}, {}, 'x'],
    [3, 'odder', {}, {}, [4]],
  ];
  const { comfyui } = await serve(t, json(200, { queue_running, queue_pending: [] }));
  const { running } = await comfyui.queue();
  t.same(
    running.map(({ promptId, targets }) => [promptId, targets]),
    [
      ['none', []],
      ['odd', []],
      ['odder', []],
    ],
  );
});

t.test('/history says how a run ended, or nothing', async (t) => {
  const entry = (status: unknown) => ({ prompt: [], outputs: {}, status, meta: {} });
  const messages = (...types: string[]) =>
    types.map((type, index) => [
      type,
      { prompt_id: 'p', timestamp: 1000 + index, exception_message: 'boom' },
    ]);
  const table: [name: string, answer: unknown, outcome: unknown][] = [
    ['not over', {}, undefined],
    ['another run', { q: entry({ status_str: 'success' }) }, undefined],
    [
      'success',
      { p: entry({ status_str: 'success', messages: messages('execution_start', 'execution_success') }) },
      'completed',
    ],
    [
      'interrupted',
      { p: entry({ status_str: 'error', messages: messages('execution_start', 'execution_interrupted') }) },
      'cancelled',
    ],
    [
      'error',
      { p: entry({ status_str: 'error', messages: messages('execution_error') }) },
      { error: { message: 'boom' } },
    ],
    [
      'error without a word',
      { p: entry({ status_str: 'error', messages: [] }) },
      { error: { message: 'ComfyUI gave no reason' } },
    ],
    ['no status', { p: entry(null) }, 'completed'],
  ];
  let answer: unknown;
  const { comfyui } = await serve(t, (response) => json(200, answer)(response, {} as Seen));
  for (const [name, body, outcome] of table) {
    answer = body;
    t.match((await comfyui.history('p'))?.outcome, outcome, name);
  }
  answer = {
    p: entry({ status_str: 'success', messages: messages('execution_start', 'execution_success') }),
  };
  t.match(await comfyui.history('p'), { startedAt: 1000, endedAt: 1001 });
});

t.test('an id is one path segment, whatever is in it', async (t) => {
  const { comfyui, seen } = await serve(t, json(200, {}));
  await comfyui.history('../queue?x');
  t.equal(seen[0]?.url, '/history/..%2Fqueue%3Fx');
});

t.test('interruption and deletion name the run', async (t) => {
  const { comfyui, seen } = await serve(t, plain(200, ''));
  await comfyui.interrupt('p');
  await comfyui.deleteFromQueue('p');
  t.match(seen, [
    { url: '/interrupt', body: '{"prompt_id":"p"}' },
    { url: '/queue', body: '{"delete":["p"]}' },
  ]);
});

t.test('the version is read', async (t) => {
  const { comfyui } = await serve(t, json(200, { system: { comfyui_version: '0.3.64' }, devices: [] }));
  t.same(await comfyui.systemStats(), {
    comfyuiVersion: '0.3.64',
    pythonVersion: null,
    pytorchVersion: null,
    devices: [],
  });
});

t.test('a refusal carries the status, the body and the reason', async (t) => {
  const error = (message: string, details = '') => ({ type: 'x', message, details, extra_info: {} });
  const table: [name: string, status: number, answer: unknown, message: string][] = [
    ['message', 400, { error: error('Prompt has no outputs'), node_errors: {} }, 'Prompt has no outputs'],
    [
      'message and details',
      400,
      { error: error('No such node', "Node ID '#1'"), node_errors: {} },
      "No such node: Node ID '#1'",
    ],
    [
      'the error of a node',
      400,
      {
        error: error('Prompt outputs failed validation'),
        node_errors: { '2': { class_type: 'B', errors: [error('Bad value', 'steps')] } },
      },
      'Prompt outputs failed validation: node 2 (B): Bad value: steps',
    ],
    ['a string', 400, { error: 'no' }, 'no'],
    ['an empty object', 403, {}, 'ComfyUI answered 403'],
  ];
  for (const [name, status, body, message] of table) {
    const { comfyui } = await serve(t, json(status, body));
    const thrown = await comfyui.submit(submission).catch((error: unknown) => error);
    t.ok(thrown instanceof ComfyuiRefusal, name);
    t.match(thrown, { status, body, message }, name);
  }
  const { comfyui } = await serve(t, plain(413, 'Maximum request body size 104857600 exceeded'));
  await t.rejects(comfyui.submit(submission), { status: 413, message: /Maximum request body size/ });
});

t.test('whatever is no answer is ComfyuiUnreachable', async (t) => {
  const table: [name: string, answer: Answer, options?: ComfyuiOptions][] = [
    ['500', plain(500, '500 Internal Server Error')],
    ['a redirect', (response) => void response.writeHead(302, { location: '/' }).end()],
    ['no JSON', plain(200, '<html>')],
    ['JSON of another shape', json(200, { queue_running: 7 })],
    ['silence', () => {}, { timeoutMs: 50 }],
    [
      'silence in the middle of a body',
      (response) => void response.writeHead(200).write('{'),
      { timeoutMs: 50 },
    ],
    ['a broken connection', (response) => void response.destroy()],
    [
      'a broken body',
      (response) =>
        void response.writeHead(200, { 'content-length': 10 }).write('{', () => response.destroy()),
    ],
    ['an answer without end', plain(200, ' '.repeat(5000)), { maxAnswerBytes: 4096 }],
  ];
  for (const [name, answer, options] of table) {
    const { comfyui } = await serve(t, answer, options);
    await t.rejects(comfyui.queue(), ComfyuiUnreachable, name);
  }
});

t.test('nobody at that address', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const comfyui = createComfyui(`http://127.0.0.1:${port}`);
  t.teardown(() => comfyui.close());
  await t.rejects(comfyui.queue(), { name: 'ComfyuiUnreachable', message: /ECONNREFUSED/ });
});
