import { connect, type Socket } from 'node:net';

/** One TCP connection whose bytes are written as they are and whose answer is kept as it came. */
export interface Connection {
  /** Resolves when the system has taken the bytes. Strings go out as latin1, so that every byte can be written. */
  send(bytes: string | Buffer): Promise<void>;
  /** All that came so far. */
  received(): Buffer;
  /** The server closed, or reset, the connection. */
  closed(): boolean;
  /** Resolves when the server has closed the connection. */
  untilClosed(): Promise<void>;
  /** Says that nothing more will be sent; what the server sends still comes. */
  end(): void;
  destroy(): void;
}

export function openConnection(port: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    let closed = false;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => {
      closed = true;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // Both are how a close looks to somebody who is still writing.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('connect', () =>
      resolve({
        send: (bytes) => write(socket, bytes),
        received: () => Buffer.concat(chunks),
        closed: () => closed,
        untilClosed: () =>
          new Promise((resolveClosed) => {
            if (closed) resolveClosed();
            else socket.on('close', () => resolveClosed());
          }),
        end: () => {
          socket.end();
        },
        destroy: () => {
          socket.destroy();
        },
      }),
    );
  });
}

function write(socket: Socket, bytes: string | Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed || !socket.writable) return resolve();
    socket.once('close', () => resolve());
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, () => resolve());
  });
}

/** Each is a request and its answer on a connection of its own; a late answer needs two turns of the loop. */
const ROUND_TRIPS = 4;

/**
 * Waits until the server, which runs in this very process, has dealt with all bytes sent so far on any connection: it takes
 * them in the order in which they came, so when it has answered a later request, nothing earlier is left over.
 * No clock is asked, so a slow machine makes it no less certain.
 */
export async function settled(port: number): Promise<void> {
  const probe = await openConnection(port);
  for (let trip = 1; trip <= ROUND_TRIPS; trip += 1) {
    await probe.send('GET /probe HTTP/1.1\r\nHost: probe\r\n\r\n');
    while (count(probe.received(), 'HTTP/1.1 ') < trip) {
      if (probe.closed()) throw new Error('the server closed the probe: /probe must be a public route');
      await new Promise((turn) => setImmediate(turn));
    }
  }
  probe.destroy();
}

function count(bytes: Buffer, text: string): number {
  return bytes.toString('latin1').split(text).length - 1;
}
