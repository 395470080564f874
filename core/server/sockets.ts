import type { HttpRequest, HttpResponse, TemplatedApp, us_socket_context_t, WebSocket } from 'uWebSockets.js';
import { SESSION_LIFETIME } from '../auth/session.ts';
import type { Context } from '../context.ts';
import { HttpError } from '../http/http-error.ts';
import type { Caller, RequestHead, Seconds } from '../http/request.ts';
import type { Socket, SocketRoute } from '../http/route.ts';
import type { Dispatch } from './dispatch.ts';
import type { LiveRequest } from './live-request.ts';
import { UPGRADE_REQUIRED } from './router.ts';
import { type Allowance, createAllowance, createViewers, LARGEST_MESSAGE } from './viewers.ts';

/** What uWebSockets.js keeps with a socket. */
interface SocketData {
  readonly request: LiveRequest;
  /** Unix seconds; a key's socket has no end. */
  readonly expiresAt: Seconds;
  readonly allowance: Allowance;
}

type UwsSocket = WebSocket<SocketData>;

export interface Sockets {
  mount(app: TemplatedApp, route: SocketRoute): void;
  closeSessions(reason: string): void;
  closeAll(code: number, reason: string): void;
  /** Lets go of the timer. */
  stop(): void;
}

const SWEEP_MS = 30_000;

/** RFC 6455, 7.4.1. */
const POLICY_VIOLATION = 1008;
const MESSAGE_TOO_BIG = 1009;
const INTERNAL_ERROR = 1011;

/** Application codes are ours to choose from 4000 on (RFC 6455, 7.4.2). */
const SESSION_ENDED = 4001;

const TOO_MANY_VIEWERS = new HttpError(429, 'Too many viewers are connected from this address');

/** `onClose` is called once for each socket that was open. */
export function createSockets(context: Context, dispatch: Dispatch, onClose: () => void): Sockets {
  const open = new Set<UwsSocket>();
  const viewers = createViewers(context.config.maxViewersPerAddress);

  const sweep = setInterval(() => {
    const now = Math.floor(Date.now() / 1000);
    for (const socket of open) {
      if (socket.getUserData().expiresAt < now) socket.end(SESSION_ENDED, 'The session has expired');
    }
  }, SWEEP_MS);
  sweep.unref();

  function upgrade(
    route: SocketRoute,
    response: HttpResponse,
    live: HttpRequest,
    socketContext: us_socket_context_t,
  ): void {
    const request = dispatch.admit(response, live, route.access);
    if (request === null) return;
    const refusal = judgeHandshake(request);
    if (refusal !== null) return dispatch.refuse(response, 'GET', refusal);
    if (viewers.isFull(request.ip)) return dispatch.refuse(response, 'GET', TOO_MANY_VIEWERS);
    const bySession = request.caller.by === 'session';
    const now = Math.floor(Date.now() / 1000);
    response.writeStatus('101 Switching Protocols');
    if (bySession) response.writeHeader('Set-Cookie', context.sessions.cookieAt(now));
    response.upgrade<SocketData>(
      // The cookie was renewed by this very reply.
      {
        request,
        expiresAt: bySession ? now + SESSION_LIFETIME : Number.POSITIVE_INFINITY,
        allowance: createAllowance(),
      },
      request.header('sec-websocket-key'),
      // No subprotocol and no compression: frames are small, and previews are compressed already.
      '',
      '',
      socketContext,
    );
  }

  /** A viewer has nothing to say: what it says is read and thrown away, and one that goes on is shown the door. */
  function hear(socket: UwsSocket, bytes: number): void {
    if (bytes > LARGEST_MESSAGE) socket.end(MESSAGE_TOO_BIG, 'A message may have 4096 bytes');
    else if (!socket.getUserData().allowance.take(performance.now()))
      socket.end(POLICY_VIOLATION, 'Too many messages');
  }

  return {
    mount(app, route) {
      app.ws<SocketData>(route.path, {
        idleTimeout: 60,
        sendPingsAutomatically: true,
        // Beyond this uWebSockets.js drops the connection without a word.
        maxPayloadLength: 4 * LARGEST_MESSAGE,
        maxBackpressure: 1024 * 1024,
        upgrade(response, live, socketContext) {
          try {
            upgrade(route, response, live, socketContext);
          } catch (error) {
            dispatch.fail(response, error);
          }
        },
        open(socket) {
          const { request } = socket.getUserData();
          open.add(socket);
          viewers.add(request.ip);
          try {
            route.socket.open(context, handlerSocket(socket), request);
          } catch (error) {
            context.log.error({ err: error, path: request.path }, 'a socket could not be served');
            if (open.has(socket)) socket.end(INTERNAL_ERROR, 'Internal server error');
          }
        },
        message: (socket, message) => hear(socket, message.byteLength),
        ping: (socket) => hear(socket, 0),
        pong: (socket) => hear(socket, 0),
        close(socket) {
          open.delete(socket);
          viewers.remove(socket.getUserData().request.ip);
          onClose();
        },
      });
    },
    closeSessions(reason) {
      for (const socket of open) {
        if (socket.getUserData().request.caller.by === 'session') socket.end(SESSION_ENDED, reason);
      }
    },
    closeAll(code, reason) {
      for (const socket of open) socket.end(code, reason);
    },
    stop() {
      clearInterval(sweep);
    },
  };
}

const BAD_KEY = new HttpError(400, 'Sec-WebSocket-Key must be 16 bytes in base64');
const HANDSHAKE_BODY = new HttpError(400, 'A WebSocket handshake has no body');

/**
 * Why a request is no proper handshake (RFC 6455, 4.2.1), or null. uWebSockets.js looks at the length of the key only, and
 * would read a body as frames.
 */
function judgeHandshake(request: RequestHead): HttpError | null {
  if (
    !lists(request.header('upgrade'), 'websocket') ||
    // An Upgrade that Connection does not name was left over by a proxy that does not know it (RFC 9110, 7.8).
    !lists(request.header('connection'), 'upgrade') ||
    request.header('sec-websocket-version') !== '13'
  ) {
    return UPGRADE_REQUIRED;
  }
  if (!/^[A-Za-z0-9+/]{22}==$/.test(request.header('sec-websocket-key'))) return BAD_KEY;
  const hasBody = Number(request.header('content-length')) > 0 || request.header('transfer-encoding') !== '';
  return hasBody ? HANDSHAKE_BODY : null;
}

/** Whether a comma-separated header has the option, in upper or lower case (RFC 9110, 5.6.1). */
function lists(header: string, option: string): boolean {
  return header.split(',').some((item) => item.trim().toLowerCase() === option);
}

function handlerSocket(socket: UwsSocket): Socket {
  const caller: Caller = socket.getUserData().request.caller;
  return {
    caller,
    send: (message) => socket.send(message, typeof message !== 'string', false) !== 2,
    subscribe: (topic) => {
      socket.subscribe(topic);
    },
    close: (code, reason) => {
      socket.end(code, reason);
    },
  };
}
