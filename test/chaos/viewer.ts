import { WebSocket } from 'ws';
import { z } from 'zod';
import { KEY } from '../support/handler.ts';

const Event = z.object({
  id: z.number(),
  type: z.string(),
  data: z.looseObject({ prompt_id: z.string().optional() }),
});
export type SeenEvent = z.infer<typeof Event>;

const Progress = z.object({ prompt_id: z.string(), status: z.string(), percent: z.number() });
export type SeenProgress = z.infer<typeof Progress>;

export interface Viewer {
  /** Every event in the order in which it came. */
  readonly events: readonly SeenEvent[];
  readonly progress: readonly SeenProgress[];
  /** How many text messages have come, over all connections. */
  readonly heard: number;
  /** How many times it was connected. */
  readonly connections: number;
  /** Resolves when `done` holds; it is asked after every message and every connection. */
  until(done: () => boolean): Promise<void>;
  close(): void;
}

/** Watches everything; whenever its connection is gone it comes back and asks for what it has not seen. */
export function watchForever(port: number): Viewer {
  const events: SeenEvent[] = [];
  const progress: SeenProgress[] = [];
  const waiting = new Set<() => void>();
  let heard = 0;
  let connections = 0;
  let closed = false;
  let socket: WebSocket;
  let retry: NodeJS.Timeout | undefined;

  function connect(): void {
    socket = new WebSocket(`ws://127.0.0.1:${port}/api/run/ws?since=${events.at(-1)?.id ?? 0}&previews=off`, {
      headers: { 'X-API-Key': KEY },
    });
    socket.on('open', () => {
      connections += 1;
      look();
    });
    socket.on('message', (data, isBinary) => {
      if (!isBinary) read(String(data));
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (!closed) retry = setTimeout(connect, 20);
    });
  }

  function look(): void {
    for (const waiter of waiting) waiter();
  }

  function read(text: string): void {
    const message: unknown = JSON.parse(text);
    const event = Event.safeParse(message).data;
    if (event !== undefined) events.push(event);
    else progress.push(Progress.parse(message));
    heard += 1;
    look();
  }

  connect();
  return {
    events,
    progress,
    get heard() {
      return heard;
    },
    get connections() {
      return connections;
    },
    until: (done) =>
      new Promise((resolve) => {
        const look = () => {
          if (!done()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close() {
      closed = true;
      clearTimeout(retry);
      socket.terminate();
    },
  };
}
