import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import type { Test } from 'tap';

/** One connection that came to a raw upstream. */
export interface RawConnection {
  readonly socket: Socket;
  /** All that has come on it so far, as latin1. */
  readonly received: () => string;
  /** Resolves with all that has come when it matches. */
  until(pattern: RegExp): Promise<string>;
  readonly closed: Promise<void>;
}

export interface RawUpstream {
  readonly port: number;
  readonly url: string;
  readonly connections: readonly RawConnection[];
  /** The n-th connection, from 0, now or when it comes. */
  connection(index: number): Promise<RawConnection>;
}

/** A TCP server in ComfyUI's place that says nothing by itself; `onHead` is called with each whole request head. */
export async function rawUpstream(
  t: Test,
  onHead: (connection: RawConnection, head: string) => void = () => {},
): Promise<RawUpstream> {
  const connections: RawConnection[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer((socket) => {
    const connection = watch(socket, onHead);
    connections.push(connection);
    for (const look of waiting) look();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  t.teardown(() => {
    for (const { socket } of connections) socket.destroy();
    server.close();
  });
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    connections,
    connection(index) {
      return new Promise((resolve) => {
        const look = () => {
          const found = connections[index];
          if (found !== undefined) resolve(found);
        };
        waiting.push(look);
        look();
      });
    },
  };
}

function watch(socket: Socket, onHead: (connection: RawConnection, head: string) => void): RawConnection {
  let text = '';
  let unseen = '';
  const waiting: (() => void)[] = [];
  const connection: RawConnection = {
    socket,
    received: () => text,
    until(pattern) {
      return new Promise((resolve) => {
        const look = () => {
          if (pattern.test(text)) resolve(text);
        };
        waiting.push(look);
        look();
      });
    },
    closed: new Promise((resolve) => socket.on('close', () => resolve())),
  };
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    unseen += chunk.toString('latin1');
    for (const look of waiting) look();
    for (let end = unseen.indexOf('\r\n\r\n'); end !== -1; end = unseen.indexOf('\r\n\r\n')) {
      const head = unseen.slice(0, end);
      unseen = unseen.slice(end + 4);
      // A body may stand before it.
      const start = head.search(/[A-Z]+ \/\S* HTTP\/1\.1\r\n/);
      if (start !== -1) onHead(connection, head.slice(start));
    }
  });
  socket.on('error', () => {});
  return connection;
}
