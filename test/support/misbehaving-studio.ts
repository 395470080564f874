import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';
import { type WebSocket, WebSocketServer } from 'ws';

/** A viewer's handshake that was accepted. */
export interface Viewer {
  /** What it asked for: the handshake's query. */
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly socket: WebSocket;
  /** As JSON; bytes as they are. */
  send(message: unknown): void;
}

/** The stream of a Studio that does what it is told, right or wrong. */
export interface MisbehavingStudio {
  readonly url: string;
  /** Whatever HTTP request comes is answered so; null breaks its connection. */
  answer: { status: number; body: unknown } | null;
  /** The status that handshakes are refused with; null to accept them. */
  refuseWith: number | null;
  readonly handshakes: number;
  /** Paths of the requests that were no handshakes. */
  readonly requests: readonly string[];
  /** The next viewer that is accepted. */
  viewer(): Promise<Viewer>;
  /** Ends every connection without a word and takes no new ones. */
  die(): Promise<void>;
  /** On the same port. */
  comeBack(): Promise<void>;
}

export async function startMisbehavingStudio(t: Test): Promise<MisbehavingStudio> {
  const arrivals = new EventEmitter();
  const unseen: Viewer[] = [];
  const requests: string[] = [];
  const sockets = new WebSocketServer({ noServer: true });
  let handshakes = 0;

  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    if (studio.answer === null) return void response.destroy();
    response.writeHead(studio.answer.status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(studio.answer.body));
  });
  server.on('upgrade', (request, socket, head) => {
    handshakes += 1;
    if (studio.refuseWith !== null) {
      socket.end(`HTTP/1.1 ${studio.refuseWith} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (connection) => {
      const { searchParams } = new URL(request.url ?? '/', 'http://studio');
      unseen.push({
        query: searchParams,
        headers: request.headers,
        socket: connection,
        send: (message) => connection.send(message instanceof Uint8Array ? message : JSON.stringify(message)),
      });
      arrivals.emit('viewer');
    });
  });
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const die = async (): Promise<void> => {
    for (const socket of sockets.clients) socket.terminate();
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  t.teardown(die);

  const studio: MisbehavingStudio = {
    url: `http://127.0.0.1:${port}`,
    answer: { status: 200, body: { by: 'key' } },
    refuseWith: null,
    get handshakes() {
      return handshakes;
    },
    requests,
    async viewer() {
      for (;;) {
        const viewer = unseen.shift();
        if (viewer !== undefined) return viewer;
        await once(arrivals, 'viewer');
      }
    },
    die,
    comeBack: () => listen(port),
  };
  return studio;
}
