import type { HttpRequest, HttpResponse, TemplatedApp, us_socket_context_t, WebSocket } from 'uWebSockets.js';
import { SESSION_LIFETIME } from '../auth/session.ts';
import type { Context } from '../context.ts';
import type { Caller, Seconds } from '../http/request.ts';
import type { Socket, SocketRoute } from '../http/route.ts';
import type { Dispatch } from './dispatch.ts';
import type { LiveRequest } from './live-request.ts';
import { UPGRADE_REQUIRED } from './router.ts';

/** What uWebSockets.js keeps with a socket. */
interface SocketData {
  readonly request: LiveRequest;
  /** Unix seconds; a key's socket has no end. */
  readonly expiresAt: Seconds;
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

/** Application codes are ours to choose from 4000 on (RFC 6455, 7.4.2). */
const SESSION_ENDED = 4001;

export function createSockets(context: Context, dispatch: Dispatch): Sockets {
  const open = new Set<UwsSocket>();

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
    if (
      request.header('upgrade').toLowerCase() !== 'websocket' ||
      request.header('sec-websocket-version') !== '13'
    ) {
      return dispatch.refuse(response, 'GET', UPGRADE_REQUIRED);
    }
    const bySession = request.caller.by === 'session';
    const now = Math.floor(Date.now() / 1000);
    response.writeStatus('101 Switching Protocols');
    if (bySession) response.writeHeader('Set-Cookie', context.sessions.cookieAt(now));
    response.upgrade<SocketData>(
      // The cookie was renewed by this very reply.
      { request, expiresAt: bySession ? now + SESSION_LIFETIME : Number.POSITIVE_INFINITY },
      request.header('sec-websocket-key'),
      // No subprotocol and no compression: frames are small, and previews are compressed already.
      '',
      '',
      socketContext,
    );
  }

  return {
    mount(app, route) {
      app.ws<SocketData>(route.path, {
        idleTimeout: 60,
        sendPingsAutomatically: true,
        maxPayloadLength: 4 * 1024,
        maxBackpressure: 1024 * 1024,
        upgrade: (response, live, socketContext) => upgrade(route, response, live, socketContext),
        open(socket) {
          open.add(socket);
          route.socket.open(context, handlerSocket(socket), socket.getUserData().request);
        },
        close(socket) {
          open.delete(socket);
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
