import type { Dial } from './socket.ts';

const OPTIONS = {
  perMessageDeflate: false,
  /** In bytes; a preview of a few megabytes is the largest that Studio sends. */
  maxPayload: 16 * 1024 * 1024,
  /** How long, in ms, a goodbye may stay unanswered: a script should not have to wait for it. */
  closeTimeout: 1000,
};

/** With the `ws` package: Node 20 has no WebSocket of its own, and that of later ones takes no headers. */
export const dialInNode: Dial = async (url, headers, { onOpen, onFrame, onClose }) => {
  // Not at the top: where the package is loaded without a bundler in a page, there is no `ws`.
  const { WebSocket } = await import('ws');
  const socket = new WebSocket(url, { ...OPTIONS, headers });
  socket.binaryType = 'arraybuffer';
  socket.on('open', onOpen);
  socket.onmessage = ({ data }) => onFrame(data);
  socket.on('close', onClose);
  // A close follows every error.
  socket.on('error', () => {});
  return {
    send: (text) => socket.send(text),
    close: () => socket.close(),
    abandon: () => socket.terminate(),
  };
};
