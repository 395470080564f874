import { numberOf, parseFields, textOf } from './json.ts';
import type { Preview } from './message.ts';

/** The tag's length comes first, big-endian. */
const LENGTH_BYTES = 4;

/** In bytes. A raw image's first four, read as a length, are far more. */
const LONGEST_TAG = 65_536;

/**
 * A binary frame of /api/run/ws: tagged (u32 length, JSON `{prompt_id, node_id, mime, seq}`, image) or a raw image.
 * Both are told apart by their bytes, since an older Studio sends raw images whatever it was asked for. Null when it is neither.
 */
export function parsePreviewFrame(frame: ArrayBuffer): Preview | null {
  return taggedPreview(frame) ?? rawPreview(new Uint8Array(frame));
}

function taggedPreview(frame: ArrayBuffer): Preview | null {
  if (frame.byteLength < LENGTH_BYTES) return null;
  const length = new DataView(frame).getUint32(0);
  const start = LENGTH_BYTES + length;
  if (length > LONGEST_TAG || start >= frame.byteLength) return null;
  const tag = parseFields(new TextDecoder().decode(new Uint8Array(frame, LENGTH_BYTES, length)));
  const mime = tag?.mime;
  if (tag === null || (mime !== 'image/jpeg' && mime !== 'image/png')) return null;
  return {
    prompt_id: textOf(tag.prompt_id),
    node_id: textOf(tag.node_id),
    mime,
    seq: numberOf(tag.seq),
    image: new Uint8Array(frame, start),
  };
}

function rawPreview(image: Uint8Array<ArrayBuffer>): Preview | null {
  const mime = mimeOf(image);
  return mime && { prompt_id: null, node_id: null, mime, seq: null, image };
}

/** By the first bytes that every file of the kind has. */
function mimeOf(image: Uint8Array): Preview['mime'] | null {
  if (image[0] === 0xff && image[1] === 0xd8) return 'image/jpeg';
  return image[0] === 0x89 && image[1] === 0x50 ? 'image/png' : null;
}
