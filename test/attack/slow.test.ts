import { connect } from 'node:net';
import t from 'tap';
import { KEY } from '../support/handler.ts';
import { get, head } from './row.ts';
import { startTarget } from './run-rows.ts';

/** uWebSockets.js gives 10 s, in steps of 4; no more than this is promised. */
const CLOSED_WITHIN_MS = 25_000;

/** How long a patient attacker waits between two bytes. */
const PACE_MS = 5000;

const LOGIN = 'POST /api/auth/login HTTP/1.1';

interface Slow {
  readonly name: string;
  /** What is sent at once. */
  readonly first: string;
  /** What then comes, a byte every 5 s. */
  readonly drip: string;
}

const ROWS: readonly Slow[] = [
  { name: 'nothing at all', first: '', drip: '' },
  { name: 'a method, byte by byte', first: '', drip: 'GET /api/health' },
  { name: 'half a request line', first: 'GET /api', drip: '' },
  { name: 'HTTP/0.9, which has no version to wait for', first: 'GET /\r\n', drip: '' },
  { name: 'an empty line first', first: `\r\n${get('/api/health')}`, drip: '' },
  { name: 'headers, byte by byte', first: 'GET /api/health HTTP/1.1\r\nHost: x\r\nX: ', drip: 'yyyyyyyyyy' },
  { name: 'headers, line by line', first: 'GET /api/health HTTP/1.1\r\nHost: x\r\n', drip: 'a:b\r\nc:d\r\n' },
  { name: 'headers that never end', first: 'GET /api/health HTTP/1.1\r\nHost: x\r\n', drip: '' },
  { name: 'a bare carriage return in a header', first: get('/api/health', 'X: a\rb'), drip: '' },
  { name: 'a bare carriage return in the target', first: get('/api\r/health'), drip: '' },
  { name: 'a body, byte by byte', first: head(LOGIN, ['Content-Length: 1000']), drip: '{"api_key":"' },
  { name: 'a body that never comes', first: head(LOGIN, ['Content-Length: 1000']), drip: '' },
  {
    name: 'a body that stops',
    first: `${head(LOGIN, ['Content-Length: 1000'])}${'x'.repeat(999)}`,
    drip: '',
  },
  {
    name: 'a run with the key, byte by byte',
    first: head('POST /api/run HTTP/1.1', [`X-API-Key: ${KEY}`, 'Content-Length: 1000']),
    drip: '{"prompt":',
  },
  {
    name: 'a chunk, byte by byte',
    first: head(LOGIN, ['Transfer-Encoding: chunked']),
    drip: '100\r\nxxxxxx',
  },
  {
    name: 'a chunk size that never ends',
    first: `${head(LOGIN, ['Transfer-Encoding: chunked'])}1`,
    drip: '0',
  },
  {
    name: 'chunks of one byte',
    first: head(LOGIN, ['Transfer-Encoding: chunked']),
    drip: '1\r\nx\r\n1\r\nx\r\n',
  },
  {
    name: 'no last chunk',
    first: `${head(LOGIN, ['Transfer-Encoding: chunked'])}2\r\n{}\r\n`,
    drip: '',
  },
  {
    name: 'a chunk of 4 GB',
    first: `${head(LOGIN, ['Transfer-Encoding: chunked'])}100000002\r\n{}`,
    drip: '',
  },
  {
    name: 'Expect: 100-continue, and then nothing',
    first: head(LOGIN, ['Expect: 100-continue', 'Content-Length: 100']),
    drip: '',
  },
  { name: 'a second request, byte by byte', first: get('/api/health'), drip: 'GET /api/health' },
  { name: 'a connection that was used and is kept', first: get('/api/health'), drip: '' },
];

/** Resolves to how many ms the server let it go on, or to null when it still does. */
function lasts(port: number, { first, drip }: Slow): Promise<number | null> {
  return new Promise((resolve) => {
    const startedAt = Date.now();
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from(first, 'latin1')));
    const bytes = [...drip];
    const timer = setInterval(() => socket.write(bytes.shift() ?? ''), PACE_MS);
    const deadline = setTimeout(() => end(null), CLOSED_WITHIN_MS);
    const end = (result: number | null) => {
      clearInterval(timer);
      clearTimeout(deadline);
      socket.destroy();
      resolve(result);
    };
    socket.on('data', () => {});
    socket.on('error', () => {});
    socket.on('close', () => end(Date.now() - startedAt));
  });
}

t.test('who sends slowly, or stops, is let go; and the others are served meanwhile', async (t) => {
  const { studio, comfyui } = await startTarget(t);
  const asked = comfyui.requests.length;
  const all = Promise.all(ROWS.map((row) => lasts(studio.port, row)));
  for (let n = 0; n < 20; n += 1) t.equal((await fetch(`${studio.url}/api/health`)).status, 200);
  for (const [index, ms] of (await all).entries()) {
    t.not(ms, null, `${ROWS[index]?.name}: closed within 25 s`);
  }
  t.equal(studio.context.runs.list().length, 0);
  t.equal(comfyui.requests.length, asked);
  t.equal((await fetch(`${studio.url}/api/health`)).status, 200);
});
