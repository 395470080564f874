import t from 'tap';
import { fateOf, isPreview, relay } from '../../../core/proxy/relay.ts';
import type { SocketListener } from '../../../core/proxy/socket-upstream.ts';

const MIB = 1024 * 1024;
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

function u32(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}

const plainFrame = (format: number, image: Buffer) => Buffer.concat([u32(1), u32(format), image]);
const taggedFrame = (image: Buffer) => Buffer.concat([u32(4), u32(2), Buffer.from('{}'), image]);

/** Both ends made up; everything that is done to them, in order. */
function setUp() {
  const done: string[] = [];
  const client = {
    buffered: 0,
    send: (bytes: Uint8Array, isBinary: boolean) =>
      done.push(`client ${isBinary ? 'b' : 't'} ${text(bytes)}`),
    close: (code: number, reason: string) => done.push(`client closed ${code} ${reason}`),
  };
  const upstream = {
    buffered: 0,
    send: (bytes: Uint8Array, isBinary: boolean) =>
      done.push(`comfyui ${isBinary ? 'b' : 't'} ${text(bytes)}`),
    close: (code: number, reason: string) => done.push(`comfyui closed ${code} ${reason}`),
  };
  const overheard = {
    text: (frame: string) => done.push(`heard t ${frame}`),
    binary: (frame: Uint8Array) => done.push(`heard b ${frame.byteLength}`),
    close: () => done.push('heard the end'),
  };
  let listener: SocketListener | undefined;
  const fromClient = relay(
    client,
    (given) => {
      listener = given;
      return upstream;
    },
    () => overheard,
  );
  if (listener === undefined) throw new Error('it dials at once');
  return { done, client, upstream, fromClient, fromComfyui: listener };
}

const text = (bytes: Uint8Array) =>
  bytes.byteLength > 100 ? bytes.byteLength : Buffer.from(bytes).toString();

t.test('what the client says first waits for ComfyUI, in order, before anything newer', async (t) => {
  const { done, fromClient, fromComfyui } = setUp();
  fromClient.onMessage(Buffer.from('flags'), false);
  fromClient.onMessage(Buffer.from('bytes'), true);
  t.same(done, []);
  fromComfyui.onOpen();
  fromClient.onMessage(Buffer.from('more'), false);
  t.same(done, ['comfyui t flags', 'comfyui b bytes', 'comfyui t more']);
});

t.test('what waits for ComfyUI is bounded, before it is there and after', async (t) => {
  const large = Buffer.alloc(4 * MIB);
  const before = setUp();
  for (let count = 0; count < 3; count += 1) before.fromClient.onMessage(large, true);
  t.same(before.done, ['client closed 1013 ComfyUI is not there yet']);

  const many = setUp();
  for (let count = 0; count < 1001; count += 1) many.fromClient.onMessage(Buffer.from('x'), false);
  t.same(many.done, ['client closed 1013 ComfyUI is not there yet']);

  const after = setUp();
  after.fromComfyui.onOpen();
  after.upstream.buffered = 16 * MIB + 1;
  after.fromClient.onMessage(Buffer.from('x'), false);
  t.same(after.done, ['comfyui t x', 'client closed 1013 ComfyUI does not read']);
});

t.test('what ComfyUI says goes to the client, and is overheard whether or not that reads', async (t) => {
  const { done, client, fromComfyui } = setUp();
  fromComfyui.onOpen();
  fromComfyui.onMessage(Buffer.from('words'), false);
  client.buffered = MIB;
  fromComfyui.onMessage(plainFrame(1, JPEG), true);
  client.buffered = 33 * MIB;
  fromComfyui.onMessage(Buffer.from('end'), false);
  t.same(done, [
    'client t words',
    'heard t words',
    'heard b 12',
    'heard t end',
    'client closed 1013 Too slow',
  ]);
});

t.test('each end closes as the other did', async (t) => {
  const one = setUp();
  one.fromComfyui.onClose(1001, 'going');
  t.same(one.done, ['heard the end', 'client closed 1001 going']);
  const other = setUp();
  other.fromClient.onClose(4001, 'expired');
  t.same(other.done, ['heard the end', 'comfyui closed 4001 expired']);
});

t.test('what becomes of a frame for a client that has so much unread', async (t) => {
  const preview = plainFrame(1, JPEG);
  const result = plainFrame(2, PNG);
  const words = Buffer.from('{"type":"executed"}');
  const rows: readonly [string, Buffer, boolean, number, string][] = [
    ['a preview, nothing unread', preview, true, 0, 'send'],
    ['a preview, a little unread', preview, true, 256 * 1024, 'send'],
    ['a preview, more unread', preview, true, 256 * 1024 + 1, 'drop'],
    ['a preview with metadata', taggedFrame(JPEG), true, 256 * 1024 + 1, 'drop'],
    ['a picture that a run has made', result, true, 32 * MIB, 'send'],
    ['words', words, false, 32 * MIB, 'send'],
    ['words that begin as a preview does', preview, false, 32 * MIB, 'send'],
    ['anything, far too much unread', words, false, 32 * MIB + 1, 'cut'],
    ['a preview, far too much unread', preview, true, 32 * MIB + 1, 'cut'],
  ];
  for (const [name, bytes, isBinary, unread, fate] of rows)
    t.equal(fateOf(bytes, isBinary, unread), fate, name);
});

t.test('which binary frames are previews', async (t) => {
  const rows: readonly [string, Buffer, boolean][] = [
    ['JPEG', plainFrame(1, JPEG), true],
    ['JPEG with metadata', taggedFrame(JPEG), true],
    ['PNG', plainFrame(2, PNG), false],
    ['PNG with metadata', taggedFrame(PNG), false],
    ['a node’s text', Buffer.concat([u32(3), u32(1), JPEG]), false],
    ['another type', Buffer.concat([u32(100), u32(1), JPEG]), false],
    ['cut short', plainFrame(1, Buffer.alloc(0)), false],
    ['nothing', Buffer.alloc(0), false],
    ['a length beyond the end', Buffer.concat([u32(4), u32(0xffffffff), JPEG]), false],
  ];
  for (const [name, frame, expected] of rows) t.equal(isPreview(frame), expected, name);
});
