import t from 'tap';
import { z } from 'zod';
import { ownPortRoutes } from '../../../handlers/comfyui/own-port.ts';
import { routes } from '../../../handlers/routes.ts';
import { startStandIn } from '../../support/comfyui/stand-in.ts';
import { answered, bothMounts, ended, serveSockets } from '../../support/gate.ts';
import { WITH_KEY } from '../../support/server.ts';
import { socketServer } from '../../support/socket-server.ts';
import { dial, type Speaker } from '../../support/speaker.ts';
import { toy } from '../../support/workflows.ts';

const FLAGS = JSON.stringify({ type: 'feature_flags', data: { supports_preview_metadata: true } });
const MIB = 1024 * 1024;

const Progress = z.object({
  prompt_id: z.string().optional(),
  status: z.string().optional(),
  started_by: z.string().optional(),
  step: z.number().nullish(),
  total_steps: z.number().nullish(),
});

t.test('ComfyUI’s own socket, on both mounts and both of its paths', async (t) => {
  const comfyui = await startStandIn();
  t.teardown(() => comfyui.close());
  const { mounts } = await bothMounts(t, comfyui.url);
  for (const [name, base] of mounts) {
    for (const path of ['/ws', '/api/ws']) {
      const query = `clientId=${name === '/comfyui' ? 'a' : 'b'}%20b`;
      const editor = dial(t, `${base}${path}?${query}`, { ...WITH_KEY, Cookie: 'theme=dark; session=x' });
      // The first thing it says, while ComfyUI is being dialled: it counts only as the first.
      await editor.until(({ isOpen }) => isOpen);
      editor.socket.send(FLAGS);
      await editor.until(({ types }) => types.includes('feature_flags'));
      t.same(editor.types, ['status', 'feature_flags'], `${name}${path}`);
      const asked = await comfyui.requested((request) => request.path === `${path}?${query}`);
      t.equal(asked.headers.cookie, 'theme=dark', 'other cookies go on, the session does not');
      t.equal(asked.headers.host, `127.0.0.1:${comfyui.port}`);
      for (const header of ['x-api-key', 'origin', 'authorization'])
        t.equal(asked.headers[header], undefined, header);
      editor.socket.close();
      await editor.until(ended);
    }
  }
});

t.test('messages of either kind and any size pass both ways as they are, in order', async (t) => {
  const comfyui = await socketServer(t);
  const { port } = await serveSockets(t, comfyui.url);
  const editor = dial(t, `ws://127.0.0.1:${port}/comfyui/custom/node?x=1`, WITH_KEY);
  const upstream = await comfyui.client(0);
  t.equal(comfyui.requests[0]?.url, '/custom/node?x=1', 'custom nodes have sockets of their own');
  const messages = [Buffer.from('ä'), Buffer.alloc(0), Buffer.alloc(4 * MIB, 7), Buffer.from([0, 255, 254])];
  const kinds = messages.map((_, index) => index >= 2);
  for (const [one, other] of [
    [editor, upstream],
    [upstream, editor],
  ] as const) {
    await one.until(({ isOpen }) => isOpen);
    for (const [index, bytes] of messages.entries()) one.socket.send(bytes, { binary: kinds[index] ?? true });
    await other.until(({ heard }) => heard.length === messages.length);
    t.same(
      other.heard.map(({ isBinary }) => isBinary),
      kinds,
    );
    t.ok(messages.every((bytes, index) => other.heard[index]?.bytes.equals(bytes)));
  }
  editor.socket.send(Buffer.alloc(2), { fin: false });
  editor.socket.send(Buffer.alloc(3), { fin: true });
  await upstream.until(({ heard }) => heard.length === messages.length + 1);
  t.equal(upstream.heard.at(-1)?.bytes.byteLength, 5, 'fragments are one message');
  editor.socket.ping('are you there');
  await new Promise((resolve) => editor.socket.once('pong', resolve));
  upstream.socket.ping();
  await new Promise((resolve) => upstream.socket.once('pong', resolve));
});

t.test('either end closes as the other did', async (t) => {
  const comfyui = await socketServer(t);
  const { port } = await serveSockets(t, comfyui.url);
  let count = 0;
  const open = async () => {
    const editor = dial(t, `ws://127.0.0.1:${port}/comfyui/ws`, WITH_KEY);
    const upstream = await comfyui.client(count);
    count += 1;
    await editor.until(({ isOpen }) => isOpen);
    return { editor, upstream };
  };
  const byEditor: readonly [(socket: Speaker['socket']) => void, object][] = [
    [(socket) => socket.close(1000, 'bye'), { code: 1000, reason: 'bye' }],
    [(socket) => socket.close(4999), { code: 4999, reason: '' }],
    [(socket) => socket.close(), { code: 1005, reason: '' }],
    [(socket) => socket.terminate(), { code: 1006, reason: '' }],
  ];
  for (const [close, end] of byEditor) {
    const { editor, upstream } = await open();
    close(editor.socket);
    await upstream.until(ended);
    t.same(upstream.end, end, 'told to ComfyUI');
  }
  const byComfyui: readonly [(socket: Speaker['socket']) => void, object][] = [
    [(socket) => socket.close(1011, 'boom'), { code: 1011, reason: 'boom' }],
    [(socket) => socket.close(), { code: 1005, reason: '' }],
    [(socket) => socket.terminate(), { code: 1014, reason: 'ComfyUI broke off' }],
  ];
  for (const [close, end] of byComfyui) {
    const { editor, upstream } = await open();
    close(upstream.socket);
    await editor.until(ended);
    t.same(editor.end, end, 'told to the editor');
  }
  const { editor } = await open();
  editor.socket.send(Buffer.alloc(4 * MIB + 1));
  await editor.until(ended);
  t.same(editor.end, { code: 1009, reason: '' }, 'a message that is larger than ComfyUI takes');
});

t.test('a ComfyUI that is not there closes what was accepted, so that the editor comes again', async (t) => {
  const { port } = await serveSockets(t, 'http://127.0.0.1:9');
  const editor = dial(t, `ws://127.0.0.1:${port}/comfyui/ws`, WITH_KEY);
  await editor.until(ended);
  t.equal(editor.end?.code, 1013);

  const comfyui = await startStandIn();
  t.teardown(() => comfyui.close());
  const other = await serveSockets(t, comfyui.url);
  const stray = dial(t, `ws://127.0.0.1:${other.port}/comfyui/nothing/here`, WITH_KEY);
  await stray.until(ended);
  t.same(stray.end, { code: 1014, reason: 'ComfyUI answered 404' });
});

t.test('a subprotocol: ComfyUI’s own socket takes none, one of a custom node the first', async (t) => {
  const comfyui = await socketServer(t);
  const { port } = await serveSockets(t, comfyui.url);
  const node = dial(t, `ws://127.0.0.1:${port}/comfyui/terminal`, WITH_KEY, ['tty', 'raw']);
  const upstream = await comfyui.client(0);
  await node.until(({ isOpen }) => isOpen);
  t.equal(node.socket.protocol, 'tty');
  t.equal(upstream.socket.protocol, 'tty');

  const own = dial(t, `ws://127.0.0.1:${port}/comfyui/ws`, WITH_KEY, ['foo', 'bar']);
  await own.until(answered);
  t.equal(own.status, 101);
  t.equal(own.headers['sec-websocket-protocol'], undefined, 'as in the recording');
});

t.test('an editor’s run is on Studio’s stream while it runs, with its previews', async (t) => {
  const comfyui = await startStandIn({ stepDelayMs: 0 });
  t.teardown(() => comfyui.close());
  const { studio, mounts } = await bothMounts(t, comfyui.url);
  for (const [name, base] of mounts) {
    const viewer = dial(t, `ws://127.0.0.1:${studio.port}/api/run/ws`, WITH_KEY);
    const editor = dial(t, `${base}/ws?clientId=${name === '/comfyui' ? 'one' : 'two'}`, WITH_KEY);
    await Promise.all([editor.until(({ types }) => types.includes('status')), viewer.until(answered)]);
    comfyui.hold(3);
    const api = base.replace('ws:', 'http:');
    const answer = await fetch(`${api}/api/prompt`, {
      method: 'POST',
      // As some API clients send it.
      headers: { ...WITH_KEY, 'Content-Type': 'text/plain' },
      body: JSON.stringify({ prompt: toy(), client_id: name === '/comfyui' ? 'one' : 'two' }),
    });
    const { prompt_id: id } = z.object({ prompt_id: z.string() }).parse(await answer.json());
    const states = () =>
      viewer.texts.map((text) => Progress.parse(JSON.parse(text))).filter((run) => run.prompt_id === id);
    await viewer.until(({ binaries }) => states().some(({ step }) => step === 3) && binaries.length > 0);
    t.match(states().at(-1), { started_by: 'editor', status: 'running', total_steps: 5 }, name);
    const image = viewer.binaries[0] ?? Buffer.alloc(1);
    t.ok(
      editor.binaries.some((frame) => frame.includes(image)),
      'the editor had that very picture',
    );
    comfyui.release();
    await viewer.until(() => states().some(({ status }) => status === 'completed'));
    await comfyui.idle();
    viewer.socket.close();
    editor.socket.close();
  }
});

t.test('the routes of both ports pass every socket on', (t) => {
  for (const [table, path] of [
    [routes, '/comfyui/*'],
    [ownPortRoutes(routes), '/*'],
  ] as const)
    t.ok(table.some((row) => row.method === 'WS' && row.path === path && row.access === 'authenticated'));
  t.end();
});
