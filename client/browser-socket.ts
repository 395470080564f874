import type { Dial } from './socket.ts';

/** The browser's own WebSocket. It sends the cookie, and no headers. */
export const dialInBrowser: Dial = async (url, _headers, { onOpen, onFrame, onClose }) => {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  socket.onopen = onOpen;
  socket.onmessage = ({ data }: MessageEvent<unknown>) => onFrame(data);
  socket.onclose = ({ code }) => onClose(code);
  return {
    send: (text) => socket.send(text),
    close: () => socket.close(),
    abandon: () => socket.close(),
  };
};
