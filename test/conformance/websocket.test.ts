import { createHash, randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import t, { type Test } from 'tap';
import { json } from '../../core/http/reply.ts';
import { routes } from '../../handlers/routes.ts';
import { row, serveRoutes, type TestServer } from '../support/server.ts';
import {
  closePayload,
  frame,
  OPCODES,
  parseFrames,
  type ReceivedFrame,
} from '../support/websocket-frames.ts';
import { type Connection, openConnection, settled } from './connection.ts';
import { parseReplies } from './http-server.ts';
import type { FrameCase, FrameOutcome } from './websocket-frame-case.ts';
import { frameCases } from './websocket-frame-cases.ts';
import { handshake, handshakeCases, NONCE } from './websocket-handshakes.ts';
import { closeCases, textCases } from './websocket-text-cases.ts';

const TABLES: Readonly<Record<string, readonly FrameCase[]>> = {
  frames: frameCases,
  closing: closeCases,
  text: textCases,
};

/** Studio's own routes, of which /api/run/ws is one. */
function start(t: Test): Promise<TestServer> {
  return serveRoutes(t, [...routes, row('/probe', () => json('probe'), { access: 'public' })]);
}

/** RFC 6455, 4.2.2, 5.4. */
function acceptFor(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

interface Viewer {
  readonly connection: Connection;
  outcome(): FrameOutcome;
}

async function openViewer(port: number, request = handshake()): Promise<Viewer> {
  const connection = await openConnection(port);
  await connection.send(request);
  await settled(port);
  const head = connection.received().indexOf('\r\n\r\n') + 4;
  if (!connection.received().toString('latin1').startsWith('HTTP/1.1 101 ')) throw new Error('no handshake');
  return {
    connection,
    outcome: () => ({
      frames: parseFrames(connection.received().subarray(head)).map(describe),
      connection: connection.closed() ? 'closed' : 'open',
    }),
  };
}

/** A frame as one line. A server's frame is whole, not masked, and has no reserved bits (RFC 6455, 5.1 and 5.2). */
function describe({ fin, reserved, masked, opcode, payload }: ReceivedFrame): string {
  if (!fin || reserved !== 0 || masked) return 'a frame that no server may send';
  const name = Object.entries(OPCODES).find(([, known]) => known === opcode)?.[0] ?? `opcode ${opcode}`;
  if (payload.length === 0) return name;
  if (name !== 'close') return `${name} ${payload.toString('latin1')}`;
  const reason = payload.subarray(2).toString('utf8');
  return `${name} ${payload.readUInt16BE()}${reason === '' ? '' : ` ${reason}`}`;
}

t.test('a handshake is accepted or refused as RFC 6455 says', async (t) => {
  const { port } = await start(t);
  for (const { section, rule, send, status } of handshakeCases) {
    const connection = await openConnection(port);
    await connection.send(send);
    await settled(port);
    const [reply, ...more] = parseReplies(connection.received(), false);
    const name = `RFC 6455, ${section}: ${rule}`;
    t.equal(reply?.status, status, name);
    t.same(more, [], `${name}: one answer`);
    if (status === 426) {
      t.match(Object.fromEntries(reply?.headers ?? []), {
        upgrade: 'websocket',
        'sec-websocket-version': '13',
      });
    }
    if (status === 101) {
      const { upgrade, connection: option, ...rest } = Object.fromEntries(reply?.headers ?? []);
      t.equal(upgrade?.toLowerCase(), 'websocket', name);
      t.equal(option?.toLowerCase(), 'upgrade', name);
      t.equal(rest['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=', name);
      t.notOk('sec-websocket-extensions' in rest, `${name}: no extension`);
      t.notOk('sec-websocket-protocol' in rest, `${name}: no subprotocol`);
      const head = connection.received().length;
      await connection.send(frame(OPCODES.ping, 'end'));
      await settled(port);
      t.same(
        parseFrames(connection.received().subarray(head)).map(describe),
        ['pong end'],
        `${name}: it is open`,
      );
    }
    connection.destroy();
  }
});

t.test('RFC 6455, 4.2.2: the answer to every key is its own', async (t) => {
  const { port } = await start(t);
  t.equal(acceptFor(NONCE), 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=', 'as in the standard, 1.3');
  for (const key of Array.from({ length: 20 }, () => randomBytes(16).toString('base64'))) {
    const connection = await openConnection(port);
    await connection.send(handshake({ 'Sec-WebSocket-Key': key }));
    await settled(port);
    const [reply] = parseReplies(connection.received(), false);
    t.equal(reply?.headers.get('sec-websocket-accept'), acceptFor(key), key);
    connection.destroy();
  }
});

t.test('every frame is read as RFC 6455 says, or the library is known to fail', async (t) => {
  const { port } = await start(t);
  for (const [name, table] of Object.entries(TABLES)) {
    await t.test(name, async (t) => {
      for (const row of table) await checkCase(t, port, row);
    });
  }
});

async function checkCase(t: Test, port: number, row: FrameCase): Promise<void> {
  const viewer = await openViewer(port);
  await viewer.connection.send(row.send);
  await settled(port);
  const seen = viewer.outcome();
  const right = decided(row.expect, seen);
  const name = `RFC 6455, ${row.section}: ${row.rule}`;
  if (row.libraryFails === undefined) {
    t.same(seen, right, name);
  } else {
    const { reason, instead } = row.libraryFails;
    t.same(seen, instead, `${name} (uWebSockets.js ${reason})`);
    t.notOk(
      isDeepStrictEqual(seen, right),
      `${name} (if the library is right by now, the row has to say so)`,
    );
  }
  viewer.connection.destroy();
}

/** The expectation with its choices made as they were seen. */
function decided(expected: FrameCase['expect'], seen: FrameOutcome): FrameOutcome {
  if (!('failsWith' in expected)) return expected;
  const [only = '', ...more] = seen.frames;
  const says = only === 'close' || `${only} `.startsWith(`close ${expected.failsWith} `);
  return { frames: says && more.length === 0 ? [only] : [], connection: 'closed' };
}

t.test('frames that are cut anywhere are read once they are whole, and not before', async (t) => {
  const { port } = await start(t);
  const parts: readonly (readonly [Buffer, string | null])[] = [
    [frame(OPCODES.text, Buffer.from([0x61, 0xe2]), { fin: false }), null],
    [frame(OPCODES.ping, 'between'), 'pong between'],
    [frame(OPCODES.continuation, Buffer.from([0x82, 0xac])), null],
    [frame(OPCODES.binary, Buffer.alloc(130, 0xff)), null],
    [frame(OPCODES.pong), null],
    [frame(OPCODES.ping), 'pong'],
    [frame(OPCODES.close, closePayload(1000, 'bye')), 'close 1000 bye'],
  ];
  const bytes = Buffer.concat(parts.map(([part]) => part));
  const whole = parts.flatMap(([, answer]) => answer ?? []);
  /** The answers to the frames that are whole within the first `length` bytes. */
  const answersWithin = (length: number) => {
    let end = 0;
    return parts.flatMap(([part, answer]) => {
      end += part.length;
      return end <= length && answer !== null ? [answer] : [];
    });
  };
  const cuts = Array.from({ length: bytes.length - 1 }, (_, at) => at + 1);
  const viewers = await Promise.all(cuts.map(() => openViewer(port)));
  await Promise.all(viewers.map(({ connection }, at) => connection.send(bytes.subarray(0, cuts[at]))));
  await settled(port);
  t.same(
    viewers.map((viewer) => viewer.outcome()),
    cuts.map((cut) => ({ frames: answersWithin(cut), connection: 'open' })),
    'before the cut',
  );
  await Promise.all(viewers.map(({ connection }, at) => connection.send(bytes.subarray(cuts[at]))));
  await settled(port);
  t.same(
    viewers.map((viewer) => viewer.outcome()),
    cuts.map(() => ({ frames: whole, connection: 'closed' })),
    'after it',
  );

  const slow = await openViewer(port);
  for (const byte of bytes) await slow.connection.send(Buffer.from([byte]));
  await settled(port);
  t.same(slow.outcome(), { frames: whole, connection: 'closed' }, 'byte by byte');
});

t.test('RFC 6455, 7.1.1: a client that ends without a Close is let go', async (t) => {
  const { port } = await start(t);
  const viewer = await openViewer(port);
  viewer.connection.end();
  await viewer.connection.untilClosed();
  t.same(viewer.outcome(), { frames: [], connection: 'closed' });
});

t.test(
  'RFC 6455, 7.1.1 and 5.5.1: after its own Close the server says no more and ends the connection',
  async (t) => {
    const { port, cookie, server } = await start(t);
    const asSession = handshake().replace(/X-API-Key: .*\r\n/, `Cookie: ${cookie}\r\n`);
    const viewers = await Promise.all([openViewer(port, asSession), openViewer(port, asSession)]);
    server.closeSessions('Sessions were rotated');
    const [answering, talking] = viewers;
    await answering.connection.send(frame(OPCODES.close, closePayload(4001)));
    await talking.connection.send(
      Buffer.concat([frame(OPCODES.text, 'still here'), frame(OPCODES.ping, 'hello')]),
    );
    await Promise.all(viewers.map(({ connection }) => connection.untilClosed()));
    for (const viewer of viewers) {
      t.same(viewer.outcome(), { frames: ['close 4001 Sessions were rotated'], connection: 'closed' });
    }
  },
);
