import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { type WebSocket, WebSocketServer } from 'ws';
import type { RunsLog } from '../../../core/runs/log.ts';
import { openUpstream, socketUrl, type UpstreamTiming } from '../../../core/runs/upstream.ts';
import { silentLog } from './silent-log.ts';

const QUICK: Partial<UpstreamTiming> = { firstRetry: 5, longestRetry: 20 };

/** A server of WebSockets, and an upstream to it whose callbacks are events. */
async function connect(t: Test, timing: Partial<UpstreamTiming> = {}, log: RunsLog = silentLog) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const events = new EventEmitter();
  const sockets: WebSocket[] = [];
  const urls: (string | undefined)[] = [];
  server.on('connection', (socket, request) => {
    sockets.push(socket);
    urls.push(request.url);
    events.emit('connection', socket, request);
  });
  const first = once(events, 'connection');
  const upstream = openUpstream({
    comfyuiUrl: `http://127.0.0.1:${port}/base/`,
    clientId: 'one',
    log,
    onOpen: () => events.emit('open'),
    onClose: (reason) => events.emit('close', reason),
    onText: (text) => events.emit('text', text),
    onBinary: (frame) => events.emit('binary', frame),
    timing: { ...QUICK, ...timing },
  });
  t.teardown(() => {
    upstream.close();
    for (const socket of sockets) socket.terminate();
    server.close();
  });
  const [socket, request] = await first;
  return { upstream, server, events, sockets, urls, socket: socket as WebSocket, request };
}

t.test('the address of the socket', async (t) => {
  const table: [comfyui: string, socket: string][] = [
    ['http://127.0.0.1:8188', 'ws://127.0.0.1:8188/ws?clientId=a%20b'],
    ['http://127.0.0.1:8188/', 'ws://127.0.0.1:8188/ws?clientId=a%20b'],
    ['https://pod.example/comfy/', 'wss://pod.example/comfy/ws?clientId=a%20b'],
  ];
  for (const [comfyui, socket] of table) t.equal(socketUrl(comfyui, 'a b'), socket);
});

t.test('the feature flags are the first frame, and no Origin is sent', async (t) => {
  const { socket, request } = await connect(t);
  const [data] = await once(socket, 'message');
  t.same(JSON.parse(String(data)), { type: 'feature_flags', data: { supports_preview_metadata: true } });
  t.equal(request.url, '/base/ws?clientId=one');
  t.equal(request.headers.origin, undefined);
  t.equal(request.headers['sec-websocket-extensions'], undefined, 'no compression');
});

t.test('it is open when the first frame is here, and passes frames on', async (t) => {
  const { socket, events } = await connect(t);
  const opened = once(events, 'open');
  const told = once(events, 'text');
  socket.send('{"type": "status"}');
  await opened;
  t.same(await told, ['{"type": "status"}']);
  const binary = once(events, 'binary');
  socket.send(Buffer.from([0, 0, 0, 1]));
  t.same(await binary, [Buffer.from([0, 0, 0, 1])]);
});

t.test('a connection that ends is dialled again under the same id, when the old one is gone', async (t) => {
  const { socket, events, server, urls } = await connect(t);
  for (let times = 0; times < 3; times += 1) {
    const again = once(events, 'connection');
    const closed = once(events, 'close');
    for (const client of server.clients) client.terminate();
    await closed;
    await again;
    t.equal(server.clients.size, 1);
  }
  t.same(new Set(urls), new Set(['/base/ws?clientId=one']));
  t.equal(socket.readyState, socket.CLOSED);
});

t.test('one that is given up is closed before the next is dialled', async (t) => {
  const { upstream, socket, events } = await connect(t);
  const order: string[] = [];
  socket.on('close', () => order.push('old closed'));
  events.on('connection', () => order.push('new opened'));
  const again = once(events, 'connection');
  upstream.redial('a test');
  t.same(await once(events, 'close'), ['a test']);
  await again;
  t.same(order, ['old closed', 'new opened']);
});

t.test('one that says nothing is given up', async (t) => {
  const { events } = await connect(t, { opening: 10 });
  t.match(await once(events, 'close'), [/did not open in time/]);
});

t.test('one that falls silent is given up, one that answers pings is not', async (t) => {
  const { socket, events } = await connect(t, { pingInterval: 5, silence: 500 });
  socket.send('hello');
  let pings = 0;
  while (pings < 12) {
    await once(socket, 'ping');
    pings += 1;
  }
  t.equal(socket.readyState, socket.OPEN);
  // Reads no more, so that no ping is answered.
  socket.pause();
  t.match(await once(events, 'close'), [/nothing was heard/]);
});

t.test('one that is lost as soon as it opens is dialled less and less often', async (t) => {
  const waits: number[] = [];
  const log: RunsLog = { ...silentLog, debug: (fields: object) => void waits.push(Object(fields).wait) };
  const { server, events, socket } = await connect(t, { firstRetry: 1, longestRetry: 60_000 }, log);
  const lose = (lost: WebSocket) => lost.send('hello', () => lost.terminate());
  server.on('connection', lose);
  lose(socket);
  for (let times = 0; times < 7; times += 1) await once(events, 'open');
  // Six were lost by then: the wait was doubled five times, less the quarter that is left to chance.
  t.ok((waits.at(-1) ?? 0) >= 24, String(waits));
});

t.test('nobody there is tried again', async (t) => {
  const { server, events, socket } = await connect(t);
  const { port } = server.address() as AddressInfo;
  server.close();
  socket.terminate();
  await once(events, 'close');
  t.match(await once(events, 'close'), [/ECONNREFUSED/]);
  const back = new WebSocketServer({ port, host: '127.0.0.1' });
  t.teardown(() => back.close());
  const [again] = await once(back, 'connection');
  t.teardown(() => again.terminate());
});

t.test('after close nothing is told, nor dialled', async (t) => {
  const { upstream, socket, events } = await connect(t);
  events.on('close', () => t.fail('it told'));
  const gone = once(socket, 'close');
  upstream.close();
  await gone;
});
