import { z } from 'zod';
import type { Preview, PromptId } from './run.ts';
import type { NodeId } from './workflow.ts';

/** A preview as ComfyUI sends it. Frames of type 1 name neither run nor node: they are of the one that executes. */
export interface PreviewFrame {
  readonly promptId: PromptId | null;
  readonly node: NodeId | null;
  readonly mime: Preview['mime'];
  /** A view into the frame, not a copy. */
  readonly image: Uint8Array;
}

const PREVIEW_IMAGE = 1;
const PREVIEW_IMAGE_WITH_METADATA = 4;
const MIME_OF_FORMAT: readonly (Preview['mime'] | undefined)[] = [undefined, 'image/jpeg', 'image/png'];
const LONGEST_METADATA = 65_536;
const HEAD = 8;

const Metadata = z.object({
  prompt_id: z.string().min(1).max(256),
  node_id: z.string().max(256).nullish(),
  display_node_id: z.string().max(256).nullish(),
  image_type: z.enum(['image/jpeg', 'image/png']),
});

/**
 * Reads one binary frame: a big-endian u32 says its type. Null when it is not an image (type 3 is a node's text), or
 * is cut short.
 */
export function parsePreview(frame: Uint8Array): PreviewFrame | null {
  if (frame.byteLength <= HEAD) return null;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const type = view.getUint32(0);
  const second = view.getUint32(4);
  if (type === PREVIEW_IMAGE) return withoutMetadata(frame, second);
  if (type === PREVIEW_IMAGE_WITH_METADATA) return withMetadata(frame, second);
  return null;
}

function withoutMetadata(frame: Uint8Array, format: number): PreviewFrame | null {
  const mime = MIME_OF_FORMAT[format];
  return mime === undefined ? null : { promptId: null, node: null, mime, image: frame.subarray(HEAD) };
}

function withMetadata(frame: Uint8Array, length: number): PreviewFrame | null {
  if (length > LONGEST_METADATA || HEAD + length >= frame.byteLength) return null;
  const metadata = parseMetadata(frame.subarray(HEAD, HEAD + length));
  if (metadata === null) return null;
  return {
    promptId: metadata.prompt_id,
    node: metadata.display_node_id ?? metadata.node_id ?? null,
    mime: metadata.image_type,
    image: frame.subarray(HEAD + length),
  };
}

function parseMetadata(bytes: Uint8Array): z.infer<typeof Metadata> | null {
  try {
    return Metadata.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data ?? null;
  } catch {
    return null;
  }
}
