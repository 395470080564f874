import { deflateSync } from 'node:zlib';
import t from 'tap';
import { workflowInPicture } from '../../../web/workflow-form/picture-workflow.ts';

const PROMPT = '{"3": {"class_type": "KSampler", "inputs": {"seed": 18446744073709551615, "text": "ö"}}}';

function chunk(type: string, data: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
}

function png(...chunks: readonly Buffer[]): Uint8Array<ArrayBuffer> {
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return new Uint8Array(
    Buffer.concat([signature, chunk('IHDR', Buffer.alloc(13)), ...chunks, chunk('IEND', Buffer.alloc(0))]),
  );
}

function webp(exif: string, name = 'EXIF'): Uint8Array<ArrayBuffer> {
  const data = Buffer.from(exif);
  const header = Buffer.alloc(8);
  header.write(name);
  header.writeUInt32LE(data.length, 4);
  // A chunk of an odd length in front, which is padded.
  return new Uint8Array(Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBPICCP\x01\0\0\0x\0'), header, data]));
}

const text = (key: string, value: string) => chunk('tEXt', Buffer.from(`${key}\0${value}`));

t.test('the prompt is found wherever ComfyUI and others put it', async (t) => {
  const packed = deflateSync(PROMPT);
  const rows: readonly [string, Uint8Array<ArrayBuffer>][] = [
    ['tEXt', png(text('workflow', '{}'), text('prompt', PROMPT))],
    ['zTXt', png(chunk('zTXt', Buffer.concat([Buffer.from('prompt\0\0'), packed])))],
    ['iTXt', png(chunk('iTXt', Buffer.from(`prompt\0\0\0en\0key\0${PROMPT}`)))],
    ['iTXt, packed', png(chunk('iTXt', Buffer.concat([Buffer.from('prompt\0\x01\0\0\0'), packed])))],
    ['WebP', webp(`Exif\0\0II*\0workflow:{"nodes":[]}\0prompt:${PROMPT}\0`)],
  ];
  for (const [place, picture] of rows)
    t.same(await workflowInPicture(picture), { kind: 'prompt', text: PROMPT }, place);
});

t.test('what Python writes and JSON does not have becomes null, but not inside a text', async (t) => {
  const python = '{"1": {"is_changed": [NaN, -Infinity], "inputs": {"text": "NaN \\" Infinity"}}}';
  t.same(await workflowInPicture(png(text('prompt', python))), {
    kind: 'prompt',
    text: '{"1": {"is_changed": [null, null], "inputs": {"text": "NaN \\" Infinity"}}}',
  });
});

t.test('a picture without a prompt says what it has, and a broken one nothing', async (t) => {
  t.same(await workflowInPicture(png(text('workflow', '{"nodes":[]}'))), { kind: 'editor' });
  const none: readonly [string, Uint8Array<ArrayBuffer>][] = [
    ['empty', new Uint8Array()],
    ['no picture', new Uint8Array(Buffer.from('GIF89a and so on'))],
    ['a PNG of another program', png(text('Software', 'x'))],
    ['cut off', png(text('prompt', PROMPT)).slice(0, 12)],
    ['not packed', png(chunk('zTXt', Buffer.from('prompt\0\0not packed')))],
    ['a WebP of another program', webp('Exif\0\0II*\0Canon')],
    ['a WebP without EXIF', webp(`prompt:${PROMPT}`, 'XMP ')],
  ];
  for (const [name, picture] of none) t.same(await workflowInPicture(picture), { kind: 'none' }, name);
});

t.test('a text that unpacks without end is not unpacked', async (t) => {
  const bomb = deflateSync(Buffer.alloc(40 * 1024 * 1024, 32));
  t.same(await workflowInPicture(png(chunk('zTXt', Buffer.concat([Buffer.from('prompt\0\0'), bomb])))), {
    kind: 'none',
  });
});
