import type { Context } from '../context.ts';
import type { Reply } from './reply.ts';
import type { Caller, Request, RequestHead } from './request.ts';

/**
 * Answers a request. It is called when the whole body has arrived, so one that needs nothing else is synchronous; on a route
 * with `body: 'stream'` when the head has.
 */
export type Handler = (context: Context, request: Request) => Reply | Promise<Reply>;

/** `public`: anybody. `authenticated`: the key or a session. */
export type Access = 'public' | 'authenticated';

interface Row {
  /** Exact, or with `:name` for one segment, or ending in `/*`. */
  readonly path: string;
  readonly access: Access;
  /** One line for the API's documentation. */
  readonly summary: string;
}

export interface HttpRoute extends Row {
  /** HEAD is answered by GET's handler. 'ANY': every method that no other row of the path has. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'ANY';
  readonly handler: Handler;
  /** 'stream': the handler reads the body itself, as it comes, or passes it on. All header lines are read for it. */
  readonly body?: 'whole' | 'stream';
  /** The largest body in bytes; default 1 MiB, and none for one that streams. A larger one gets 413. */
  readonly bodyLimit?: number;
  /** It goes on to ComfyUI as it is: its path may hold `%2F` and `;`, and what is no page there is its API. */
  readonly passedOn?: true;
}

export interface SocketRoute extends Row {
  readonly method: 'WS';
  readonly socket: SocketHandler;
}

export type Route = HttpRoute | SocketRoute;

/** One open WebSocket, as a handler sees it. */
export interface Socket {
  readonly caller: Caller;
  /** Sends to this socket alone. False when its buffer is full and the message was dropped. */
  send(message: string | Uint8Array): boolean;
  /** From now on it gets all that is published to the topic. */
  subscribe(topic: string): void;
  close(code: number, reason: string): void;
}

/** What a socket route does. Handshake, origin and access were settled before `open`. */
export interface SocketHandler {
  open(context: Context, socket: Socket, request: RequestHead & { readonly query: URLSearchParams }): void;
}
