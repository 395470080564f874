import fc from 'fast-check';
import t from 'tap';
import { parsePreview } from '../../../core/runs/preview-frame.ts';
import { recordings } from './recordings.ts';

const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const tagged = (metadata: unknown, image = Buffer.from('image')) => {
  const json = Buffer.from(typeof metadata === 'string' ? metadata : JSON.stringify(metadata));
  return Buffer.concat([u32(4), u32(json.length), json, image]);
};

t.test('a frame of type 1 names a format and nothing else', async (t) => {
  const jpeg = parsePreview(Buffer.concat([u32(1), u32(1), Buffer.from('jpeg')]));
  t.match(jpeg, { promptId: null, node: null, mime: 'image/jpeg' });
  t.equal(Buffer.from(jpeg?.image ?? []).toString(), 'jpeg');
  t.equal(parsePreview(Buffer.concat([u32(1), u32(2), Buffer.from('png')]))?.mime, 'image/png');
});

t.test('a frame of type 4 names its run and its node, an expanded one by what it is shown as', async (t) => {
  const metadata = { prompt_id: 'x', node_id: '2.0.0.1', display_node_id: '2', image_type: 'image/png' };
  const preview = parsePreview(tagged(metadata));
  t.match(preview, { promptId: 'x', node: '2', mime: 'image/png' });
  t.equal(Buffer.from(preview?.image ?? []).toString(), 'image');
});

t.test('what is no image, or not whole, is null', async (t) => {
  const good = { prompt_id: 'x', image_type: 'image/png' };
  const table: [name: string, frame: Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['half a head', Buffer.from([0, 0, 0])],
    ['a head only', Buffer.concat([u32(1), u32(1)])],
    ['text of a node (type 3)', Buffer.concat([u32(3), u32(1), Buffer.from('7progress')])],
    ['an unknown type', Buffer.concat([u32(9), u32(1), Buffer.from('x')])],
    ['an unknown format', Buffer.concat([u32(1), u32(3), Buffer.from('x')])],
    ['a length beyond the end', Buffer.concat([u32(4), u32(0xffffffff), Buffer.from('{}')])],
    ['metadata and no image', tagged(good, Buffer.alloc(0))],
    ['metadata that is no JSON', tagged('{nope')],
    ['metadata that is no object', tagged('null')],
    ['another image type', tagged({ ...good, image_type: 'text/html' })],
    ['no prompt id', tagged({ image_type: 'image/png' })],
    ['metadata without end', tagged({ ...good, node_id: 'x'.repeat(70_000) })],
  ];
  for (const [name, frame] of table) t.equal(parsePreview(frame), null, name);
});

t.test('no bytes make it throw', async () => {
  const start = fc.constantFrom(1, 3, 4).map(u32);
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 64 }), (type, rest) => {
      parsePreview(Buffer.concat([type, rest]));
    }),
  );
});

t.test('every recorded image is read, and is an image', async (t) => {
  const magic = { 'image/jpeg': 'ffd8ff', 'image/png': '89504e' };
  let images = 0;
  for (const { name, frames } of recordings()) {
    for (const { data } of frames) {
      if (typeof data === 'string' || data.readUInt32BE(0) === 3) continue;
      const preview = parsePreview(data);
      images += 1;
      const start = Buffer.from(preview?.image.subarray(0, 3) ?? []).toString('hex');
      if (preview === null || start !== magic[preview.mime]) t.fail(name);
    }
  }
  t.ok(images > 50);
});
