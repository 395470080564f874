/** An encoded picture as a preview frame carries it. */
export interface EncodedImage {
  readonly format: 'jpeg' | 'png';
  readonly bytes: Uint8Array;
}

/** Where a preview comes from: the JSON head of a type 4 frame. */
export interface PreviewSource {
  readonly node_id: string;
  readonly prompt_id: string;
  readonly display_node_id: string;
  readonly parent_node_id: string | null;
  readonly real_node_id: string;
}

const preview = 1;
const text = 3;
const previewWithMetadata = 4;

/** `u32 1 | u32 format (1 JPEG, 2 PNG) | image`: a preview that names no run. */
export function previewFrame(image: EncodedImage): Buffer {
  return Buffer.concat([u32(preview), u32(image.format === 'jpeg' ? 1 : 2), image.bytes]);
}

/** `u32 4 | u32 length | JSON | image`: for connections that asked for preview metadata. */
export function previewWithMetadataFrame(image: EncodedImage, source: PreviewSource): Buffer {
  const head = Buffer.from(JSON.stringify({ ...source, image_type: `image/${image.format}` }));
  return Buffer.concat([u32(previewWithMetadata), u32(head.length), head, image.bytes]);
}

/** `u32 3 | u32 length | node id | UTF-8 text`. */
export function textFrame(nodeId: string, message: string): Buffer {
  const id = Buffer.from(nodeId);
  return Buffer.concat([u32(text), u32(id.length), id, Buffer.from(message)]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
