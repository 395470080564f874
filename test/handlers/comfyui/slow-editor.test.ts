import t from 'tap';
import { startStandIn } from '../../support/comfyui/stand-in.ts';
import { serveSockets } from '../../support/gate.ts';
import { rawUpstream } from '../../support/raw-upstream.ts';
import { RawViewer } from '../../support/raw-viewer.ts';
import { WITH_KEY } from '../../support/server.ts';
import { dial } from '../../support/speaker.ts';
import { frame, OPCODES } from '../../support/websocket-frames.ts';

const MIB = 1024 * 1024;

function preview(bytes: number): Buffer {
  const message = Buffer.alloc(bytes);
  message.writeUInt32BE(1, 0);
  message.writeUInt32BE(1, 4);
  message.writeUInt16BE(0xffd8, 8);
  return message;
}

t.test('an editor that does not read loses previews, then its socket; the others lose nothing', async (t) => {
  const comfyui = await startStandIn();
  t.teardown(() => comfyui.close());
  const { port } = await serveSockets(t, comfyui.url);
  const stuck = new RawViewer(t, port, '?clientId=stuck', WITH_KEY, '/comfyui/ws');
  await stuck.until(({ texts }) => texts.length === 1);
  stuck.stopReading();
  const reader = dial(t, `ws://127.0.0.1:${port}/comfyui/ws?clientId=reader`, WITH_KEY);
  await reader.until(({ types }) => types.includes('status'));

  // More than the system's own buffers take, so that some of it waits in Studio.
  const previews = 32;
  for (let count = 1; count <= previews; count += 1) {
    comfyui.say(preview(MIB));
    await reader.until(({ binaries }) => binaries.length === count);
  }
  comfyui.say('{"type":"told","data":{}}');
  await reader.until(({ types }) => types.includes('told'));
  t.equal(comfyui.socketCount, 2, 'both are there');
  stuck.readOn();
  await stuck.until(({ texts }) => texts.some((text) => text.includes('told')));
  t.ok(stuck.binaries.length < previews, 'previews were left out, words were not');

  stuck.stopReading();
  for (let count = 1; comfyui.socketCount === 2; count += 1) {
    comfyui.say(`{"type":"long ${count}","data":"${'x'.repeat(MIB)}"}`);
    await reader.until(({ types }) => types.at(-1) === `long ${count}`);
    if (count > 64) return t.fail('it is still there');
  }
  comfyui.say('{"type":"after","data":{}}');
  await reader.until(({ types }) => types.at(-1) === 'after');
  stuck.readOn();
  await stuck.until(({ close, isOver }) => close !== null || isOver);
  t.same(stuck.close, { code: 1013, reason: 'Too slow' });
});

t.test('a ComfyUI that does not read ends the socket of who says too much', async (t) => {
  const comfyui = await rawUpstream(t, ({ socket }) => socket.pause());
  const { port } = await serveSockets(t, comfyui.url);
  const editor = dial(t, `ws://127.0.0.1:${port}/comfyui/ws`, WITH_KEY);
  await editor.until(({ isOpen }) => isOpen);
  // It has not even answered the handshake.
  for (let count = 0; count < 3; count += 1) editor.socket.send(Buffer.alloc(4 * MIB));
  await editor.until(({ end }) => end !== null);
  t.same(editor.end, { code: 1013, reason: 'ComfyUI is not there yet' });
});

t.test('what is no clean frame from a browser ends both sockets', async (t) => {
  const comfyui = await startStandIn();
  t.teardown(() => comfyui.close());
  const { port } = await serveSockets(t, comfyui.url);
  const rows: readonly [string, Buffer][] = [
    ['reserved bits', frame(OPCODES.text, 'hello', { reserved: 4 })],
    ['an unknown opcode', frame(5, 'hello')],
    ['text that is no UTF-8', frame(OPCODES.text, Buffer.from([0xff, 0xfe]))],
    ['a continuation of nothing', frame(OPCODES.continuation, 'hello')],
    ['a message of 2^62 bytes', frame(OPCODES.text, 'hello', { declared: 2n ** 62n })],
  ];
  for (const [name, bytes] of rows) {
    const client = new RawViewer(t, port, '', WITH_KEY, '/comfyui/ws');
    await client.until(({ texts }) => texts.length === 1);
    client.write(bytes);
    await client.until(({ isOver }) => isOver);
    t.ok(client.isOver, name);
  }
  const next = dial(t, `ws://127.0.0.1:${port}/comfyui/ws`, WITH_KEY);
  await next.until(({ types }) => types.includes('status'));
  t.equal(next.isOpen, true);
});
