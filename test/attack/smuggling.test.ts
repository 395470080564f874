import t from 'tap';
import { json } from '../../core/http/reply.ts';
import { row, serveRoutes, WITH_KEY } from '../support/server.ts';
import { get, head, post } from './row.ts';
import { talk } from './wire.ts';

const KEY = `X-API-Key: ${WITH_KEY['X-API-Key']}`;
const CHUNKED = 'Transfer-Encoding: chunked';

/** What one must never be able to cause with somebody else's bytes. */
const HIDDEN = post('/api/act', '', KEY);

/** Notes every body that /api/take was given, and how often /api/act ran. */
async function startCounting(t: Parameters<typeof serveRoutes>[0]) {
  const taken: string[] = [];
  let acts = 0;
  const server = await serveRoutes(t, [
    row('/api/health', () => json('ok'), { access: 'public' }),
    row(
      '/api/take',
      (_context, request) => {
        taken.push(Buffer.from(request.bytes()).toString('latin1'));
        return json(taken.length);
      },
      { method: 'POST', bodyLimit: 4096 },
    ),
    row('/api/late', () => new Promise((resolve) => setImmediate(resolve, json('late'))), { method: 'POST' }),
    row(
      '/api/act',
      () => {
        acts += 1;
        return json('acted');
      },
      { method: 'POST' },
    ),
  ]);
  return {
    ...server,
    /** What came of it since the last time. */
    effects() {
      const result = { taken: taken.splice(0), acts };
      acts = 0;
      return result;
    },
  };
}

/** The bytes in two packets, at every place where they can be divided; and in one. */
function splits(bytes: string): Buffer[][] {
  const whole = Buffer.from(bytes, 'latin1');
  return [
    [whole],
    ...Array.from({ length: whole.length - 1 }, (_, at) => [
      whole.subarray(0, at + 1),
      whole.subarray(at + 1),
    ]),
  ];
}

const chunks = (data: string, size: number): string =>
  `${(data.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []).map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`;

t.test('a request within a body is a body, wherever the packets are divided', async (t) => {
  const server = await startCounting(t);
  for (const parts of splits(post('/api/take', HIDDEN, KEY))) {
    const { replies, inStep } = await talk(server.port, parts, { replies: 1 });
    if (!inStep || replies[0]?.status !== 200) t.fail(`divided after ${parts[0]?.length}`);
    t.strictSame(server.effects(), { taken: [HIDDEN], acts: 0 });
  }
});

t.test('the same in chunks, and then the connection is closed', async (t) => {
  const server = await startCounting(t);
  for (const parts of splits(head('POST /api/take HTTP/1.1', [CHUNKED, KEY]) + chunks(HIDDEN, 40))) {
    const { replies, closed } = await talk(server.port, parts, { replies: null });
    if (!closed || replies.length !== 1) t.fail(`divided after ${parts[0]?.length}`);
    t.strictSame(server.effects(), { taken: [HIDDEN], acts: 0 });
  }
});

t.test('behind a chunked request nothing runs, wherever the packets are divided', async (t) => {
  const server = await startCounting(t);
  for (const parts of splits(head('POST /api/take HTTP/1.1', [CHUNKED, KEY]) + chunks('data', 3) + HIDDEN)) {
    const { replies, closed } = await talk(server.port, parts, { replies: null });
    const { taken, acts } = server.effects();
    t.ok(closed && replies.length <= 1 && acts === 0, `divided after ${parts[0]?.length}`);
    // Within one packet the library ends the connection before the handler is called.
    t.ok(taken.length === 0 || taken[0] === 'data');
  }
});

t.test(
  'behind a denied POST, its body included, nothing runs, wherever the packets are divided',
  async (t) => {
    const server = await startCounting(t);
    for (const bytes of [
      post('/api/take', HIDDEN) + HIDDEN,
      head('POST /api/take HTTP/1.1', [CHUNKED]) + chunks(HIDDEN, 1000) + HIDDEN,
    ]) {
      for (const parts of splits(bytes)) {
        const { replies, closed } = await talk(server.port, parts, { replies: null });
        const denied = replies.every(({ status }) => status === 401);
        t.ok(closed && replies.length <= 1 && denied, `divided after ${parts[0]?.length}`);
        t.strictSame(server.effects(), { taken: [], acts: 0 });
      }
    }
  },
);

t.test('behind a refused request nothing runs, wherever the packets are divided', async (t) => {
  const server = await startCounting(t);
  for (const bytes of [
    get('/api//health') + HIDDEN,
    get('/api/health', 'Content-Length: 0', 'Content-Length: 0') + HIDDEN,
    head('POST /api/take HTTP/1.1', [KEY, 'Content-Length: 5', CHUNKED]) + chunks('x', 1) + HIDDEN,
    head('HEAD /api//health HTTP/1.1') + HIDDEN,
    post('/api/take', 'x'.repeat(5000), KEY).slice(0, 200) + HIDDEN,
  ]) {
    for (const parts of splits(bytes)) {
      const { replies, closed } = await talk(server.port, parts, { replies: null });
      const refused = replies.every(({ status }) => status === 400 || status === 413);
      t.ok(closed && replies.length <= 1 && refused, `divided after ${parts[0]?.length}`);
      t.strictSame(server.effects(), { taken: [], acts: 0 });
    }
  }
});

t.test('requests in one packet are answered in order, each for itself, wherever it is divided', async (t) => {
  const server = await startCounting(t);
  const bytes =
    post('/api/take', 'one', KEY) + get('/api/health') + post('/api/take', 'two', KEY) + get('/x');
  for (const parts of splits(bytes)) {
    const { replies, inStep } = await talk(server.port, parts, { replies: 4 });
    t.ok(inStep, `divided after ${parts[0]?.length}`);
    t.strictSame(
      replies.map(({ status }) => status),
      [200, 200, 200, 401],
    );
    t.strictSame(server.effects(), { taken: ['one', 'two'], acts: 0 });
  }
});

t.test('the credentials of one request are not those of the next', async (t) => {
  const server = await startCounting(t);
  const anonymous = post('/api/act', '');
  const { replies, closed } = await talk(server.port, [Buffer.from(get('/x', KEY) + anonymous + HIDDEN)], {
    replies: null,
  });
  t.ok(closed);
  t.notOk(replies.some(({ body }) => body.includes('acted')));
  t.equal(server.effects().acts, 0);
});

t.test('behind a request that waits for its answer nothing runs before it', async (t) => {
  const server = await startCounting(t);
  const { closed } = await talk(server.port, [Buffer.from(post('/api/late', '', KEY) + HIDDEN)], {
    replies: null,
  });
  t.ok(closed, 'the library closes rather than mix answers up');
  t.equal(server.effects().acts, 0);
});

t.test('1,000 requests in one packet are all answered', async (t) => {
  const { port } = await startCounting(t);
  const { replies, inStep } = await talk(port, [Buffer.from(get('/api/health').repeat(1000))], {
    replies: 1000,
  });
  t.ok(inStep);
  t.ok(replies.every(({ status, body }) => status === 200 && body === '"ok"'));
});

t.test('one byte per packet is a request like any other', async (t) => {
  const server = await startCounting(t);
  const bytes = Buffer.from(post('/api/take', 'slow but fine', KEY));
  const { inStep } = await talk(
    server.port,
    [...bytes].map((byte) => Buffer.of(byte)),
    { replies: 1 },
  );
  t.ok(inStep);
  t.strictSame(server.effects().taken, ['slow but fine']);
});

t.test('a client that leaves at any byte of its request does no harm', async (t) => {
  const server = await startCounting(t);
  const { connect } = await import('node:net');
  const requests = [
    post('/api/take', 'x'.repeat(50), KEY),
    head('POST /api/take HTTP/1.1', [CHUNKED, KEY]) + chunks('x'.repeat(50), 7),
    post('/api/late', 'x', KEY),
    get('/api/health'),
  ];
  for (const bytes of requests) {
    for (let at = 1; at <= bytes.length; at += 1) {
      await new Promise<void>((resolve) => {
        const socket = connect(server.port, '127.0.0.1', () => {
          socket.write(bytes.slice(0, at), () => {
            // With a reset, every other time.
            if (at % 2 === 0) socket.resetAndDestroy();
            else socket.destroy();
            resolve();
          });
        });
      });
    }
  }
  t.ok(
    server.effects().taken.every((body) => body === 'x'.repeat(50)),
    'a body is whole or not there',
  );
  const { replies } = await talk(server.port, [Buffer.from(get('/api/health'))], { replies: 1 });
  t.equal(replies[0]?.status, 200);
});
