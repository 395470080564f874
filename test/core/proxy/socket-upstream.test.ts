import { createHash } from 'node:crypto';
import t, { type Test } from 'tap';
import {
  createSocketUpstream,
  isSendable,
  type SocketRequest,
  type SocketTiming,
} from '../../../core/proxy/socket-upstream.ts';
import { targetOf } from '../../../core/proxy/target.ts';
import { rawUpstream } from '../../support/raw-upstream.ts';
import { socketServer } from '../../support/socket-server.ts';

const PLAIN: SocketRequest = { path: '/ws', lines: '', protocol: '' };

/** Opens one socket to `url`, and keeps what is told of it. */
function open(t: Test, url: string, request: Partial<SocketRequest> = {}, timing?: Partial<SocketTiming>) {
  const upstream = createSocketUpstream(targetOf(url, 'Bearer for-comfyui'), timing);
  t.teardown(() => upstream.close());
  const heard: [string, boolean][] = [];
  let opened = () => {};
  const isOpen = new Promise<void>((resolve) => {
    opened = resolve;
  });
  let closed: (end: [number, string]) => void = () => {};
  const end = new Promise<[number, string]>((resolve) => {
    closed = resolve;
  });
  const socket = upstream.open(
    { ...PLAIN, ...request },
    {
      onOpen: () => opened(),
      onMessage: (bytes, isBinary) => heard.push([bytes.toString(), isBinary]),
      onClose: (code, reason) => closed([code, reason]),
    },
  );
  return { socket, isOpen, end, heard };
}

t.test(
  'the handshake: path and query byte for byte, headers as they are to be, and nothing more',
  async (t) => {
    const server = await rawUpstream(t);
    const path = '/ws?clientId=a%20b&x="<>\'|{}';
    open(t, `${server.url}/base`, { path, lines: 'cookie: theme=dark\r\nx-word: caf\u00e9\r\n' });
    const connection = await server.connection(0);
    const head = await connection.until(/\r\n\r\n/);
    const [requestLine, ...lines] = head.trimEnd().split('\r\n');
    t.equal(requestLine, `GET /base${path} HTTP/1.1`);
    const fields = new Map(lines.map((line) => [line.split(': ')[0]?.toLowerCase(), line.split(': ')[1]]));
    t.same([...fields.keys()].sort(), [
      'authorization',
      'connection',
      'cookie',
      'host',
      'sec-websocket-key',
      'sec-websocket-version',
      'upgrade',
      'x-word',
    ]);
    t.equal(fields.get('host'), `127.0.0.1:${server.port}`);
    t.equal(fields.get('authorization'), 'Bearer for-comfyui');
    t.equal(fields.get('cookie'), 'theme=dark');
    t.equal(Buffer.from(fields.get('x-word') ?? '', 'latin1').toString(), 'café', 'UTF-8 stays UTF-8');
  },
);

t.test('what ComfyUI closes with is told; what may not be sent is told in another way', async (t) => {
  const server = await socketServer(t);
  const rows: readonly [number | null, string, [number, string]][] = [
    [1000, '', [1000, '']],
    [1001, 'going', [1001, 'going']],
    [4321, 'ß'.repeat(61), [4321, 'ß'.repeat(61)]],
    [1005, '', [1005, '']],
    [null, '', [1014, 'ComfyUI broke off']],
  ];
  for (const [index, [code, reason, told]] of rows.entries()) {
    const { end, isOpen } = open(t, server.url);
    const client = await server.client(index);
    await isOpen;
    if (code === null) client.socket.terminate();
    else if (code === 1005) client.socket.close();
    else client.socket.close(code, reason);
    t.same(await end, told, String(code));
  }
});

t.test(
  'what the client closes with is told to ComfyUI, and the socket is gone though nobody answers',
  async (t) => {
    const server = await socketServer(t);
    const rows: readonly [number, string, number][] = [
      [1000, 'bye', 1000],
      [4001, '', 4001],
      [1005, '', 1005],
      [1015, '', 1005],
      [1006, '', 1006],
    ];
    for (const [index, [code, reason, told]] of rows.entries()) {
      const { socket, isOpen } = open(t, server.url);
      const client = await server.client(index);
      await isOpen;
      socket.close(code, reason);
      await client.until(({ end }) => end !== null);
      t.same(client.end, { code: told, reason: told === 1000 ? reason : '' }, String(code));
    }

    const deaf = await rawUpstream(t, ({ socket }, head) => socket.write(accepted(head)));
    const { socket, isOpen } = open(t, deaf.url, {}, { closing: 1 });
    await isOpen;
    socket.close(1000, '');
    await (await deaf.connection(0)).closed;
    t.pass('closed from this side');
  },
);

t.test('a ComfyUI that cannot be spoken to', async (t) => {
  t.same((await open(t, 'http://127.0.0.1:9').end)[0], 1013, 'nothing listens there');
  const refusing = await rawUpstream(t, ({ socket }) => socket.end('HTTP/1.1 404 Not Found\r\n\r\n'));
  t.same(await open(t, refusing.url).end, [1014, 'ComfyUI answered 404']);
  const silent = await rawUpstream(t);
  t.same((await open(t, silent.url, {}, { handshake: 20 }).end)[0], 1013, 'no answer in time');
  const other = await rawUpstream(t, ({ socket }, head) => socket.write(accepted(head)));
  t.match(await open(t, other.url, { protocol: 'vnc' }).end, [1013, /subprotocol/], 'it takes another one');
  const dead = await rawUpstream(t, ({ socket }, head) => socket.write(accepted(head)));
  const timing = { pingInterval: 5, silence: 20 };
  t.match(await open(t, dead.url, {}, timing).end, [1014, /nothing was heard/], 'it answers no ping');
});

t.test('one that is closed before it is open never reaches the listener', async (t) => {
  const server = await rawUpstream(t);
  const { socket, end } = open(t, server.url);
  const connection = await server.connection(0);
  socket.close(1001, '');
  socket.send(Buffer.from('late'), false);
  await connection.closed;
  const told = await Promise.race([end, Promise.resolve('nothing')]);
  t.equal(told, 'nothing');
});

t.test('which codes may stand in a Close frame', (t) => {
  for (const code of [1000, 1001, 1003, 1007, 1011, 1012, 1014, 3000, 4001, 4999])
    t.equal(isSendable(code), true, String(code));
  for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000])
    t.equal(isSendable(code), false, String(code));
  t.end();
});

/** A right answer to the handshake in `head`, without a subprotocol. */
function accepted(head: string): string {
  const key = /sec-websocket-key: (.*)/i.exec(head)?.[1]?.trim() ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}
