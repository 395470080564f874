import t, { type Test } from 'tap';
import { type Connection, openConnection, settled } from './connection.ts';
import { get, line, NEXT, post } from './http-case.ts';
import { type ConformanceServer, parseReplies, startConformanceServer } from './http-server.ts';

const POST = post('Content-Length: 3\r\n', 'abc');
const CHUNKED = post('Transfer-Encoding: chunked\r\n', '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n');

interface Shape {
  readonly bytes: string;
  readonly ran: string;
  /** How many of the last bytes uWebSockets.js does not wait for. */
  readonly early?: number;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  'a GET': { bytes: get(), ran: 'GET /a' },
  'a GET with a query and headers': {
    bytes: get('X-A: b\r\nX-Empty:\r\nConnection: keep-alive\r\n', 'GET /a?b=c&d HTTP/1.1'),
    ran: 'GET /a',
  },
  'a HEAD': { bytes: line('HEAD /a HTTP/1.1'), ran: 'HEAD /a' },
  'a request with a body': { bytes: POST, ran: 'POST /echo abc' },
  'a request with an empty body': { bytes: post('Content-Length: 0\r\n'), ran: 'POST /echo' },
  // The library takes the body for whole at its last chunk (http-chunks.ts): the line that ends it has two bytes.
  'a chunked request': { bytes: CHUNKED, ran: 'POST /echo abcde', early: 2 },
};

/** The bytes in two parts, once for every place where they can be cut. */
function cuts(bytes: string): readonly (readonly [string, string])[] {
  return Array.from({ length: bytes.length - 1 }, (_, at) => [bytes.slice(0, at + 1), bytes.slice(at + 1)]);
}

const openAll = (server: ConformanceServer, count: number) =>
  Promise.all(Array.from({ length: count }, () => openConnection(server.port)));

const sendAll = (connections: readonly Connection[], parts: readonly string[]) =>
  Promise.all(connections.map((connection, at) => connection.send(parts[at] ?? '')));

/** Sends what comes before and after every cut, on a connection each. `between`: what holds before the second part is sent. */
async function sendCut(
  server: ConformanceServer,
  bytes: string,
  between: (connections: readonly Connection[]) => void = () => {},
): Promise<readonly Connection[]> {
  server.ran.length = 0;
  const parts = cuts(bytes);
  const connections = await openAll(server, parts.length);
  await sendAll(
    connections,
    parts.map(([first]) => first),
  );
  await settled(server.port);
  between(connections);
  await sendAll(
    connections,
    parts.map(([, second]) => second),
  );
  await settled(server.port);
  return connections;
}

/** What came, as one line for each connection: statuses, bodies, and whether it is open. */
function summaries(connections: readonly Connection[], head = false): string[] {
  return connections.map((connection) => {
    const replies = parseReplies(connection.received(), head).map(({ status, body }) => `${status} ${body}`);
    return [...replies, connection.closed() ? 'closed' : 'open'].join(' | ');
  });
}

function allAre(t: Test, seen: readonly string[], expected: string, name: string): void {
  t.same(
    seen,
    seen.map(() => expected),
    name,
  );
}

t.test('a request that is cut anywhere waits for its last byte and is then answered once', async (t) => {
  const server = await startConformanceServer(t);
  for (const [name, { bytes, ran, early = 0 }] of Object.entries(SHAPES)) {
    const patient = bytes.length - 1 - early;
    const connections = await sendCut(server, bytes, (waiting) => {
      allAre(t, summaries(waiting.slice(0, patient)), 'open', `${name}: nothing before it is whole`);
      t.same(server.ran, Array(early).fill(ran), `${name}: no handler before it is whole`);
    });
    t.same(
      server.ran,
      Array(bytes.length - 1).fill(ran),
      `${name}: one handler for each, with all of its body`,
    );
    const body = ran.startsWith('HEAD') ? '' : JSON.stringify(`the answer to ${ran.split(/[ /]+/)[1]}`);
    const end = name === 'a chunked request' ? 'closed' : 'open';
    allAre(t, summaries(connections, ran.startsWith('HEAD')), `200 ${body} | ${end}`, `${name}: one answer`);
    for (const connection of connections) connection.destroy();
  }
});

t.test('a request that comes byte by byte is answered once', async (t) => {
  const server = await startConformanceServer(t);
  for (const [name, { bytes, ran }] of Object.entries(SHAPES)) {
    server.ran.length = 0;
    const connection = await openConnection(server.port);
    for (const byte of bytes) await connection.send(byte);
    await settled(server.port);
    t.same(server.ran, [ran], name);
    t.equal(parseReplies(connection.received(), ran.startsWith('HEAD')).length, 1, `${name}: one answer`);
    connection.destroy();
  }
});

t.test('three pipelined requests that are cut anywhere get three right answers, in order', async (t) => {
  const server = await startConformanceServer(t);
  const bytes = get() + NEXT + get();
  const connections = await sendCut(server, bytes);
  const [a, b] = ['200 "the answer to a"', '200 "the answer to b"'];
  allAre(t, summaries(connections), `${a} | ${b} | ${a} | open`, 'three answers');
  t.equal(server.ran.length, 3 * (bytes.length - 1), 'three handlers for each');
});

t.test('a body request that is cut anywhere does not hold up or swallow the GET behind it', async (t) => {
  const server = await startConformanceServer(t);
  const connections = await sendCut(server, POST + NEXT);
  const expected = '200 "the answer to echo" | 200 "the answer to b" | open';
  allAre(t, summaries(connections), expected, 'two answers');
  t.equal(
    server.ran.filter((ran) => ran === 'POST /echo abc').length,
    connections.length,
    'the body is whole',
  );
});

t.test('what is behind a chunked request never runs, wherever it is cut', async (t) => {
  const server = await startConformanceServer(t);
  const connections = await sendCut(server, CHUNKED + NEXT);
  t.notOk(server.ran.includes('GET /b'), 'it does not run');
  const seen = new Set(summaries(connections));
  // The next request in the same packet makes uWebSockets.js close without the answer (http-chunks.ts, 9.3.2).
  t.same([...seen].sort(), ['200 "the answer to echo" | closed', 'closed'], 'one answer at most');
});

t.test('what is behind a refused request never runs, wherever it is cut', async (t) => {
  const server = await startConformanceServer(t);
  const refused = {
    'a target': line('GET /a#x HTTP/1.1'),
    'two lengths': post('Content-Length: 3\r\nContent-Length: 2\r\n', 'abc'),
    'a coding': post('Transfer-Encoding: gzip\r\n', 'abc'),
    'a body that is too large': 'POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n01234567890',
  };
  for (const [name, bytes] of Object.entries(refused)) {
    const connections = await sendCut(server, bytes + NEXT);
    t.same(server.ran, [], `${name}: nothing runs`);
    const seen = connections.map((connection) => {
      const statuses = parseReplies(connection.received(), false).map(({ status }) => status);
      return connection.closed() && statuses.length <= 1 && statuses.every((status) => status >= 400);
    });
    t.same(
      seen,
      seen.map(() => true),
      `${name}: one refusal at most, then closed`,
    );
  }
});
