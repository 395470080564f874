import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';
import { WebSocketServer } from 'ws';
import { Speaker } from './speaker.ts';

export interface SocketServer {
  /** http://127.0.0.1:port */
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
  /** The n-th that connects, from 0, now or when it comes. */
  client(index: number): Promise<Speaker>;
}

/** A WebSocket server in ComfyUI's place that says nothing by itself. */
export async function socketServer(t: Test): Promise<SocketServer> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(server, 'listening');
  const requests: IncomingMessage[] = [];
  const clients: Speaker[] = [];
  const waiting = new Set<() => void>();
  server.on('connection', (socket, request) => {
    requests.push(request);
    clients.push(new Speaker(t, socket));
    for (const look of [...waiting]) look();
  });
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    client(index) {
      return new Promise((resolve) => {
        const look = () => {
          const client = clients[index];
          if (client === undefined) return;
          waiting.delete(look);
          resolve(client);
        };
        waiting.add(look);
        look();
      });
    },
  };
}
