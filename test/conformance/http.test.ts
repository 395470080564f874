import { isDeepStrictEqual } from 'node:util';
import t, { type Test } from 'tap';
import { type Connection, openConnection, settled } from './connection.ts';
import { codingCases, lengthCases } from './http-bodies.ts';
import { type HttpCase, line } from './http-case.ts';
import { chunkCases } from './http-chunks.ts';
import { connectionCases } from './http-connections.ts';
import { fieldCases } from './http-fields.ts';
import { requestLineCases } from './http-request-line.ts';
import {
  type ConformanceServer,
  decided,
  outcomeOf,
  parseReplies,
  startConformanceServer,
} from './http-server.ts';

const TABLES: Readonly<Record<string, readonly HttpCase[]>> = {
  'request lines': requestLineCases,
  headers: fieldCases,
  'Content-Length': lengthCases,
  'Transfer-Encoding': codingCases,
  chunks: chunkCases,
  connections: connectionCases,
};

t.test('every request is read as RFC 9112 says, or the library is known to fail', async (t) => {
  const server = await startConformanceServer(t);
  const unanswered: Connection[] = [];
  for (const [name, table] of Object.entries(TABLES)) {
    await t.test(name, async (t) => {
      for (const row of table) {
        const connection = await checkCase(t, server, row);
        if (row.libraryFails?.instead.statuses.length === 0) unanswered.push(connection);
        else connection.destroy();
      }
    });
  }
  await t.test('what the library never answers, it closes before long, and nothing runs', async (t) => {
    server.ran.length = 0;
    await Promise.all(unanswered.map((connection) => connection.untilClosed()));
    t.same(server.ran, []);
    t.same(
      unanswered.map((connection) => connection.received().length),
      unanswered.map(() => 0),
    );
  });
});

t.test('RFC 9110, 8.6: a reply that has no body by its status has no Content-Length either', async (t) => {
  const server = await startConformanceServer(t);
  for (const method of ['GET', 'HEAD']) {
    for (const path of ['/nothing', '/unchanged']) {
      const connection = await openConnection(server.port);
      await connection.send(line(`${method} ${path} HTTP/1.1`));
      await settled(server.port);
      const [reply] = parseReplies(connection.received(), method === 'HEAD');
      t.ok(reply !== undefined, `${method} ${path} is answered`);
      t.notOk(reply?.headers.has('content-length'), `${method} ${path}`);
      connection.destroy();
    }
  }
});

t.test('RFC 9110, 9.3.2: HEAD has the headers of GET', async (t) => {
  const server = await startConformanceServer(t);
  const replies = await Promise.all(
    ['GET', 'HEAD'].map(async (method) => {
      const connection = await openConnection(server.port);
      await connection.send(line(`${method} /a HTTP/1.1`));
      await settled(server.port);
      const [reply] = parseReplies(connection.received(), method === 'HEAD');
      connection.destroy();
      return Object.fromEntries([...(reply?.headers ?? [])].filter(([name]) => name !== 'date'));
    }),
  );
  t.same(replies[1], replies[0]);
});

async function checkCase(t: Test, server: ConformanceServer, row: HttpCase): Promise<Connection> {
  server.ran.length = 0;
  const connection = await openConnection(server.port);
  await connection.send(row.send);
  await settled(server.port);
  const replies = parseReplies(connection.received(), row.send.startsWith('HEAD '));
  const seen = outcomeOf(replies, connection.closed(), server.ran);
  const name = `${row.section.startsWith('RFC') ? row.section : `RFC 9112, ${row.section}`}: ${row.rule}`;
  const right = decided(row.expect, seen);
  if (row.libraryFails === undefined) {
    t.same(seen, right, name);
  } else {
    const { reason, instead } = row.libraryFails;
    t.same(seen, decided(instead, seen), `${name} (uWebSockets.js ${reason})`);
    t.notOk(
      isDeepStrictEqual(seen, right),
      `${name} (if the library is right by now, the row has to say so)`,
    );
  }
  return connection;
}
