import type { ClientListener, ClientSocket } from '../http/route.ts';
import type { Overheard } from '../runs/runs.ts';
import type { SocketListener, UpstreamSocket } from './socket-upstream.ts';

/** In bytes: what the client may say before ComfyUI's socket is open. */
const MOST_HELD = 8 * 1024 * 1024;
const MOST_HELD_MESSAGES = 1000;

/** In bytes: what may wait for ComfyUI to read it. uWebSockets.js has no way to read a WebSocket more slowly. */
const MOST_UNREAD = 16 * 1024 * 1024;

/** In bytes: with more than this unread by the client, it gets no previews; with more than the second, nothing any more. */
const PREVIEWS_UNREAD = 256 * 1024;
const MOST_UNREAD_BY_CLIENT = 32 * 1024 * 1024;

const TRY_AGAIN_LATER = 1013;

/**
 * Joins a client's socket to one to ComfyUI, which is dialled by this: messages go both ways as they are and in order, and
 * each end closes as the other did. A client that reads slowly loses previews and is cut in the end; ComfyUI's side is
 * read all the same. What ComfyUI says is told to who overhears it too, whatever becomes of the client's copy.
 */
export function relay(
  client: ClientSocket,
  dial: (listener: SocketListener) => UpstreamSocket,
  overhear: () => Overheard | null,
): ClientListener {
  let held: { readonly bytes: Uint8Array; readonly isBinary: boolean }[] | null = [];
  let heldBytes = 0;

  const upstream = dial({
    onOpen() {
      for (const { bytes, isBinary } of held ?? []) upstream.send(bytes, isBinary);
      held = null;
    },
    onMessage(bytes, isBinary) {
      const fate = fateOf(bytes, isBinary, client.buffered);
      if (fate === 'send') client.send(bytes, isBinary);
      if (isBinary) overheard?.binary(bytes);
      else overheard?.text(bytes.toString());
      if (fate === 'cut') client.close(TRY_AGAIN_LATER, 'Too slow');
    },
    onClose(code, reason) {
      overheard?.close();
      client.close(code, reason);
    },
  });

  const overheard = overhear();

  return {
    onMessage(bytes, isBinary) {
      if (held === null) {
        upstream.send(bytes, isBinary);
        if (upstream.buffered > MOST_UNREAD) client.close(TRY_AGAIN_LATER, 'ComfyUI does not read');
        return;
      }
      held.push({ bytes, isBinary });
      heldBytes += bytes.byteLength;
      if (heldBytes > MOST_HELD || held.length > MOST_HELD_MESSAGES)
        client.close(TRY_AGAIN_LATER, 'ComfyUI is not there yet');
    },
    onClose(code, reason) {
      held = null;
      overheard?.close();
      upstream.close(code, reason);
    },
  };
}

/** What becomes of a message for a client that has not read so many bytes yet. */
export function fateOf(bytes: Uint8Array, isBinary: boolean, unread: number): 'send' | 'drop' | 'cut' {
  if (unread <= PREVIEWS_UNREAD) return 'send';
  if (unread > MOST_UNREAD_BY_CLIENT) return 'cut';
  return isBinary && isPreview(bytes) ? 'drop' : 'send';
}

const PREVIEW = 1;
const PREVIEW_WITH_METADATA = 4;
const HEAD = 8;

/**
 * Whether a frame is a picture of a run's progress, of which the next says more: those are JPEG. In frames of the same kind
 * SaveImageWebsocket sends what a run has made, as PNG, and that must arrive.
 */
export function isPreview(frame: Uint8Array): boolean {
  if (frame.byteLength <= HEAD) return false;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const type = view.getUint32(0);
  if (type !== PREVIEW && type !== PREVIEW_WITH_METADATA) return false;
  const start = type === PREVIEW ? HEAD : HEAD + view.getUint32(4);
  return frame[start] === 0xff && frame[start + 1] === 0xd8;
}
