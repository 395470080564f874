import { connect, type Socket } from 'node:net';

export interface Outcome {
  /** The statuses of all replies, in order. */
  readonly statuses: readonly number[];
  readonly closed: boolean;
}

const SENTINEL = 'GET /api/health HTTP/1.1\r\nHost: sentinel\r\n\r\n';
const SENTINEL_BODY = '{"status":"ok"}';

/**
 * Sends bytes in `parts` from the loopback address `from` and waits for the end of it: the answer to a request that follows
 * them, the server's closing, or, when the bytes left the server waiting for more, `patienceMs`.
 */
export function exchange(
  port: number,
  from: string,
  parts: readonly Buffer[],
  patienceMs: number,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from });
    let text = '';
    let settled = false;
    const settle = (closed: boolean): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      destroy(socket);
      resolve({
        statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status)),
        closed,
      });
    };
    const timer = setTimeout(() => settle(false), patienceMs);
    socket.setNoDelay(true);
    socket.on('connect', () => {
      for (const part of parts) socket.write(part);
      socket.write(SENTINEL);
    });
    socket.on('data', (chunk) => {
      // Enough of it to see every status; a page's body is of no interest.
      if (text.length < 100_000) text += chunk.toString('latin1');
      if (text.endsWith(SENTINEL_BODY)) settle(false);
    });
    socket.on('close', () => settle(true));
    socket.on('error', () => settle(true));
  });
}

/** With a reset: a quarter of a million connections would otherwise use up the ports. */
function destroy(socket: Socket): void {
  if (!socket.destroyed) socket.resetAndDestroy();
}
