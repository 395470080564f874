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
  readonly passedOn?: never;
  readonly socket: SocketHandler;
}

/** A WebSocket that goes on to ComfyUI. What is no handshake on its path is for the path's other rows. */
export interface PassedSocketRoute extends Row {
  readonly method: 'WS';
  readonly passedOn: true;
  readonly socket: PassedSocketHandler;
}

export type Route = HttpRoute | SocketRoute | PassedSocketRoute;

/**
 * How far behind a socket is with reading what it is sent: the bytes that wait for it in Studio's memory.
 * It rises from `some` to `full` with them, and falls back to `none` only when nearly all of them are gone.
 * `stuck`: it was `full` and did not recover.
 */
export type Pressure = 'none' | 'some' | 'high' | 'full' | 'stuck';

/** One open WebSocket, as a handler sees it. Once it has closed, every call does nothing. */
export interface Socket {
  readonly caller: Caller;
  readonly pressure: Pressure;
  /** Sends to this socket alone, in as few packets as possible. It never drops: wait for `drained` between large parts. */
  send(...messages: readonly (string | Uint8Array)[]): void;
  /** From now on it gets all that is published to exactly these topics, and of what was published before, nothing is lost. */
  subscribe(topics: readonly string[]): void;
  /**
   * Resolves to true when little waits for it, at the soonest in the event loop's next turn, so that whoever sends a lot
   * lets others have theirs; to false when it has closed.
   */
  drained(): Promise<boolean>;
  /** Calls `listener` at each change of `pressure`, between two messages; without one, a socket that is stuck is closed. */
  onPressure(listener: (pressure: Pressure) => void): void;
  close(code: number, reason: string): void;
}

type SocketRequest = RequestHead & Pick<Request, 'caller' | 'query' | 'headers'>;

/**
 * What a socket route does. It is called when access and origin are settled, and judges the rest of the handshake: throws
 * HttpError to refuse it. What it returns is called with the socket, once that is open.
 */
export type SocketHandler = (
  context: Context,
  request: SocketRequest,
) => (socket: Socket) => void | Promise<void>;

/** The client's end of a WebSocket on which both sides speak. Once it has closed, every call does nothing. */
export interface ClientSocket {
  /** The bytes it was sent that wait in Studio's memory. */
  readonly buffered: number;
  /** Text in UTF-8, or bytes. It never drops: look at `buffered` first. */
  send(bytes: Uint8Array, isBinary: boolean): void;
  /** 1005 closes without a code. Codes and reasons are RFC 6455's, 7.4; a reason has 123 bytes at most. */
  close(code: number, reason: string): void;
}

/** What is told of such a socket. */
export interface ClientListener {
  /** Fragments are put together; the bytes are the listener's to keep. */
  onMessage(bytes: Uint8Array, isBinary: boolean): void;
  /** Once, whoever closed it. 1005: it gave no code; 1006: it is gone without a word. */
  onClose(code: number, reason: string): void;
}

/** As a SocketHandler; what it returns is asked to listen, once the socket is open. */
export type PassedSocketHandler = (
  context: Context,
  request: SocketRequest,
) => {
  /** The subprotocol to answer with (RFC 6455, 1.9); '' for none. */
  readonly protocol: string;
  listen(socket: ClientSocket): ClientListener;
};
