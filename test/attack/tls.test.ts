import { once } from 'node:events';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import t, { type Test } from 'tap';
import { makePair, writePair } from '../support/certificates.ts';
import { freshFolder } from '../support/fresh-folder.ts';
import { call, connectSecurely } from '../support/https.ts';
import { startTestStudio, type TestStudio } from '../support/studio.ts';

const PAIR = makePair();

function startSecure(t: Test, env: Record<string, string> = {}): Promise<TestStudio> {
  return startTestStudio(t, { ...writePair(freshFolder(t), PAIR).env, ...env });
}

async function stillAnswers(t: Test, studio: TestStudio, after: string): Promise<void> {
  const { status } = await call(`${studio.url}/api/health`, { ca: PAIR.certificate });
  t.equal(status, 200, `it answers after ${after}`);
}

/** What came back until the server ended the connection. */
async function sendRaw(port: number, ...parts: readonly Buffer[]): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1');
  const received: Buffer[] = [];
  socket.on('data', (part: Buffer) => received.push(part));
  // Reset or ended: it is over.
  socket.on('error', () => {});
  await once(socket, 'connect');
  for (const part of parts) socket.write(part);
  await once(socket, 'close');
  return Buffer.concat(received);
}

/** A TLS record (RFC 8446, 5.1) of the type `handshake`, with what it says to be long. */
function record(content: Buffer, saysLength = content.length): Buffer {
  const header = Buffer.of(22, 3, 1, saysLength >> 8, saysLength & 0xff);
  return Buffer.concat([header, content]);
}

/** The beginning of a ClientHello that says it has so many bytes. */
function hello(saysLength: number): Buffer {
  const start = Buffer.alloc(1000);
  start.writeUIntBE(0x01_00_00_00 + saysLength, 0, 4);
  start.writeUInt16BE(0x0303, 4);
  return start;
}

const CLEAR = /HTTP|detail|Studio/;

// [what is sent instead of a handshake, the bytes]
const NO_HANDSHAKES: readonly [string, readonly Buffer[]][] = [
  ['a plain request', [Buffer.from('GET /api/health HTTP/1.1\r\nHost: a\r\n\r\n')]],
  ['a plain login', [Buffer.from('POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}')]],
  ['HTTP/2 without TLS', [Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')]],
  ['noise', [Buffer.alloc(4096, 0xa5)]],
  ['SSLv2', [Buffer.from('802e0100020015000000100100800200800300800400800500800600400700c0', 'hex')]],
  ['a record longer than there are', [record(hello(996), 0xffff), Buffer.alloc(70_000)]],
  [
    'a hello of 16 MiB',
    [record(hello(0xff_ff_ff)), ...Array.from({ length: 64 }, () => record(Buffer.alloc(16_000)))],
  ],
  ['a hello that begins within an alert', [Buffer.from('15030100020228', 'hex'), record(hello(996))]],
  ['application data first', [Buffer.from('170303000548454c4c4f', 'hex')]],
  ['an empty record again and again', Array.from({ length: 200 }, () => record(Buffer.alloc(0)))],
];

t.test('what is no handshake gets no answer in the clear, and is closed', async (t) => {
  const studio = await startSecure(t);
  for (const [what, parts] of NO_HANDSHAKES) {
    const received = await sendRaw(studio.port, ...parts);
    t.notMatch(received.toString('latin1'), CLEAR, what);
    t.ok(received.length <= 7, `${what}: an alert at most`);
    await stillAnswers(t, studio, what);
  }
});

t.test('a handshake that failed holds no place among the connections', async (t) => {
  const studio = await startSecure(t, { STUDIO_MAX_CONNECTIONS: '2' });
  for (const [, parts] of NO_HANDSHAKES) await sendRaw(studio.port, ...parts);
  const both = await Promise.all([1, 2].map(() => connectSecurely(t, studio.port)));
  for (const connection of both) t.match(await connection.ask(), /200/);
  t.equal((await sendRaw(studio.port)).length, 0, 'the limit is what it was');
});

// [what a client offers, what becomes of it]
const OFFERS: readonly [string, ConnectionOptions, 'refused' | 'TLSv1.2' | 'TLSv1.3'][] = [
  ['TLS 1.0', { minVersion: 'TLSv1', maxVersion: 'TLSv1' }, 'refused'],
  ['TLS 1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' }, 'refused'],
  ['TLS 1.2', { maxVersion: 'TLSv1.2' }, 'TLSv1.2'],
  ['TLS 1.2 with CBC', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' }, 'refused'],
  [
    'TLS 1.2 with the oldest',
    { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:AES256-SHA:DES-CBC3-SHA' },
    'refused',
  ],
  ['TLS 1.3', {}, 'TLSv1.3'],
  ['a server name that nobody has', { servername: 'evil.example' }, 'TLSv1.3'],
  ['a name of 255 letters', { servername: `${'a'.repeat(63)}.`.repeat(3) + 'b'.repeat(63) }, 'TLSv1.3'],
  ['HTTP/2 only', { ALPNProtocols: ['h2'] }, 'TLSv1.3'],
];

t.test('TLS 1.2 with forward secrecy, or 1.3, and nothing older', async (t) => {
  const studio = await startSecure(t);
  for (const [what, options, outcome] of OFFERS) {
    const weak = { rejectUnauthorized: false, ciphers: 'ALL:@SECLEVEL=0' };
    const socket = connectTls({ port: studio.port, host: '127.0.0.1', ...weak, ...options });
    const result = await Promise.race([
      once(socket, 'secureConnect').then(() => socket.getProtocol()),
      once(socket, 'close').then(() => 'refused'),
    ]).catch(() => 'refused');
    t.equal(result, outcome, what);
    socket.destroy();
  }
  await stillAnswers(t, studio, 'all of them');
});

t.test('a handshake is not done again within a connection', async (t) => {
  const studio = await startSecure(t);
  const socket = connectTls({
    ...{ port: studio.port, host: '127.0.0.1', rejectUnauthorized: false },
    maxVersion: 'TLSv1.2',
  });
  await once(socket, 'secureConnect');
  const closed = once(socket, 'close').catch(() => {});
  socket.on('error', () => {});
  const outcome = await new Promise((resolve) => {
    socket.renegotiate({ rejectUnauthorized: false }, (error) =>
      resolve(error === null ? 'done' : 'refused'),
    );
    void closed.then(() => resolve('refused'));
  });
  t.equal(outcome, 'refused');
  socket.destroy();
  await stillAnswers(t, studio, 'it');
});

t.test('a hello that never ends is cut off', async (t) => {
  const studio = await startSecure(t);
  // By the server: this waits for it.
  for (const received of await Promise.all([sendRaw(studio.port), sendRaw(studio.port, record(hello(5000)))]))
    t.equal(received.length, 0);
});

t.test('no more connections than STUDIO_MAX_CONNECTIONS, with one certificate or two', async (t) => {
  const studio = await startSecure(t, { STUDIO_MAX_CONNECTIONS: '3' });
  const before = await Promise.all([1, 2].map(() => connectSecurely(t, studio.port)));
  const { files } = studio.tls ?? {};
  if (files === undefined) throw new Error('it should speak https');
  const other = makePair();
  writePair(dirname(files.key), other);
  studio.tls?.look();
  const third = await connectSecurely(t, studio.port);
  t.equal(third.fingerprint, other.fingerprint);
  t.equal((await sendRaw(studio.port)).length, 0, 'the fourth is closed');
  for (const connection of [...before, third]) t.match(await connection.ask(), /200/);
});
