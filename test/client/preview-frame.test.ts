import fc from 'fast-check';
import t from 'tap';
import { parsePreviewFrame } from '../../client/preview-frame.ts';
import { holds } from '../support/property.ts';

const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1, 2, 3);
const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a);
const TAG = { prompt_id: 'p1', node_id: '3', mime: 'image/jpeg', seq: 4 };

/** The frame with its tag; `length` is what its first four bytes say. */
function tagged(tag: unknown, image: Uint8Array, length?: number): ArrayBuffer {
  const json = new TextEncoder().encode(JSON.stringify(tag));
  const frame = new Uint8Array(4 + json.length + image.length);
  new DataView(frame.buffer).setUint32(0, length ?? json.length);
  frame.set(json, 4);
  frame.set(image, 4 + json.length);
  return frame.buffer;
}

t.test('a tagged frame says whose preview it is', async (t) => {
  t.same(parsePreviewFrame(tagged(TAG, JPEG)), { ...TAG, image: JPEG });
  const sparse = { mime: 'image/png', later: 'field' };
  t.same(parsePreviewFrame(tagged(sparse, PNG)), {
    prompt_id: null,
    node_id: null,
    mime: 'image/png',
    seq: null,
    image: PNG,
  });
});

t.test('a raw image is known by its first bytes, and is nobody’s', async (t) => {
  for (const [image, mime] of [
    [JPEG, 'image/jpeg'],
    [PNG, 'image/png'],
  ] as const) {
    const frame = new Uint8Array(image).buffer;
    t.same(parsePreviewFrame(frame), { prompt_id: null, node_id: null, mime, seq: null, image });
  }
});

t.test('anything else is passed over', async (t) => {
  const rows: readonly [string, ArrayBuffer][] = [
    ['nothing', new ArrayBuffer(0)],
    ['three bytes', new ArrayBuffer(3)],
    ['a tag without an image', tagged(TAG, new Uint8Array())],
    ['a tag longer than the frame', tagged(TAG, JPEG, 5000)],
    ['a tag that is no object', tagged([1], JPEG)],
    ['a tag of another kind of image', tagged({ ...TAG, mime: 'image/svg+xml' }, JPEG)],
  ];
  for (const [name, frame] of rows) t.equal(parsePreviewFrame(frame), null, name);
  holds(
    t,
    'no bytes make it throw',
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      parsePreviewFrame(new Uint8Array(bytes).buffer);
      return true;
    }),
  );
});
