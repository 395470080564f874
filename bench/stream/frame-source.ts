import { createServer, type IncomingMessage } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';

/** The least that Studio takes for a ComfyUI: every run starts at once and goes on for ever, with the frames that it is told. */
export interface FrameSource {
  readonly url: string;
  /** Resolves when Studio's socket is there. */
  connected(): Promise<void>;
  /** Sends a frame to Studio. */
  send(frame: string | Uint8Array): void;
  /**
   * The longest that a frame has waited for its socket, in ms, since it was last asked. Of those that fit into the system's
   * buffer: a larger one always waits for whoever reads it.
   */
  longestWait(): number;
  close(): void;
}

/** About as long as a text-to-image workflow. */
const WAITING_PROMPT = Object.fromEntries(
  Array.from({ length: 9 }, (_, at) => [
    String(at + 1),
    { class_type: 'Note', inputs: { text: 'x'.repeat(200) }, _meta: { title: `Note ${at}` } },
  ]),
);

const Submitted = z.object({ prompt_id: z.string(), prompt: z.record(z.string(), z.unknown()) });

/** `waiting`: how many more runs stand in its queue, which somebody else put there. */
export async function startFrameSource(waiting = 0): Promise<FrameSource> {
  const running: unknown[] = [];
  const pending = Array.from({ length: waiting }, (_, at) => [
    at + 1,
    `waiting-${at}`,
    WAITING_PROMPT,
    {},
    ['9'],
  ]);
  let longest = 0;

  const server = createServer(async (request, response) => {
    const answer = (body: unknown): void => {
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(body));
    };
    if (request.method === 'POST' && request.url === '/prompt') {
      const { prompt_id, prompt } = Submitted.parse(JSON.parse(await textOf(request)));
      running.push([running.length, prompt_id, prompt, {}, []]);
      answer({ prompt_id, number: running.length, node_errors: {} });
    } else if (request.url === '/queue') answer({ queue_running: running, queue_pending: pending });
    else answer({});
  });
  const sockets = new WebSocketServer({ server });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    async connected() {
      if (sockets.clients.size === 0) await new Promise((resolve) => sockets.once('connection', resolve));
    },
    send(frame) {
      const sentAt = performance.now();
      for (const socket of sockets.clients) {
        if (socket.readyState !== WebSocket.OPEN) continue;
        socket.send(frame, () => {
          if (frame.length > 64 * 1024) return;
          longest = Math.max(longest, performance.now() - sentAt);
        });
      }
    },
    longestWait() {
      const wait = longest;
      longest = 0;
      return wait;
    },
    close() {
      for (const socket of sockets.clients) socket.terminate();
      server.close();
      server.closeAllConnections();
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
