import type { HttpRequest, HttpResponse, TemplatedApp, us_socket_context_t, WebSocket } from 'uWebSockets.js';
import type { Context } from '../context.ts';
import { HttpError } from '../http/http-error.ts';
import type { Caller, Seconds } from '../http/request.ts';
import type { ClientListener, ClientSocket, PassedSocketHandler, PassedSocketRoute } from '../http/route.ts';
import type { Admitted } from './handshake.ts';
import { createSessionSockets } from './session-sockets.ts';
import { IDLE_TIMEOUT_S, type SocketServices } from './sockets.ts';

/** What uWebSockets.js keeps with a socket. */
interface SocketData extends Pick<Admitted, 'caller' | 'place' | 'expiresAt'> {
  readonly listen: ReturnType<PassedSocketHandler>['listen'];
  /** Both from its opening on. */
  socket: PassedSocket | null;
  listener: ClientListener | null;
}

export interface PassedSockets {
  /** `onClose` is called once for each socket of this app that was open. */
  mount(app: TemplatedApp, route: PassedSocketRoute, onClose: () => void): void;
  /** How many are open. */
  open(): number;
  closeSessions(reason: string): void;
  closeCallers(reason: string): void;
  closeAll(code: number, reason: string): void;
  /** Lets go of the timer. */
  stop(): void;
}

/** RFC 6455, 7.4.1. */
const NO_CODE = 1005;
const MESSAGE_TOO_BIG = 1009;
const INTERNAL_ERROR = 1011;

/** In bytes, as ComfyUI has it: it closes with 1009 above this. */
const LARGEST_MESSAGE = 4 * 1024 * 1024;

/** Beyond this uWebSockets.js drops the connection without a word; up to it there is time to say why. */
const LONGEST_READ = 2 * LARGEST_MESSAGE;

/** The sockets that are passed on: to them Studio says nothing of its own, and what they say is not judged. */
export function createPassedSockets(context: Context, services: SocketServices): PassedSockets {
  const { log } = context;
  const { dispatch, handshakes, viewers } = services;
  const sockets = createSessionSockets<PassedSocket>(context.now);

  function upgrade(
    route: PassedSocketRoute,
    response: HttpResponse,
    live: HttpRequest,
    socketContext: us_socket_context_t,
  ): void {
    const admitted = handshakes.admit(response, live, route);
    if (admitted === null) return;
    let passed: ReturnType<PassedSocketHandler>;
    try {
      passed = route.socket(context, admitted.request);
    } catch (error) {
      if (error instanceof HttpError) return dispatch.refuse(response, 'GET', error);
      throw error;
    }
    const { caller, place, expiresAt } = admitted;
    const { listen } = passed;
    const data: SocketData = { caller, place, expiresAt, listen, socket: null, listener: null };
    handshakes.accept(response, admitted, data, passed.protocol, socketContext);
  }

  function open(live: WebSocket<SocketData>): void {
    const data = live.getUserData();
    const socket = new PassedSocket(live, data.caller, data.expiresAt);
    data.socket = socket;
    sockets.add(socket);
    viewers.add(data.place);
    contain(live, () => {
      data.listener = data.listen(socket);
    });
  }

  function hear(live: WebSocket<SocketData>, message: ArrayBuffer, isBinary: boolean): void {
    if (message.byteLength > LARGEST_MESSAGE) return live.end(MESSAGE_TOO_BIG);
    // A copy: uWebSockets.js takes the buffer back.
    contain(live, () => live.getUserData().listener?.onMessage(new Uint8Array(message.slice(0)), isBinary));
  }

  /** No exception may leave a callback of uWebSockets.js's. */
  function contain(live: WebSocket<SocketData>, work: () => void): void {
    try {
      work();
    } catch (error) {
      log.error({ err: error }, 'a socket could not be passed on');
      live.end(INTERNAL_ERROR, 'Internal server error');
    }
  }

  return {
    mount(app, route, onClose) {
      app.ws<SocketData>(route.path, {
        idleTimeout: IDLE_TIMEOUT_S,
        sendPingsAutomatically: true,
        maxPayloadLength: LONGEST_READ,
        // What is too much is the listener's to say: here nothing is ever dropped.
        maxBackpressure: 0,
        upgrade(response, live, socketContext) {
          try {
            upgrade(route, response, live, socketContext);
          } catch (error) {
            dispatch.fail(response, error);
          }
        },
        open,
        message: hear,
        close(live, code, reason) {
          const { place, socket, listener } = live.getUserData();
          viewers.remove(place);
          if (socket !== null) {
            sockets.remove(socket);
            socket.hasClosed();
          }
          try {
            listener?.onClose(code, Buffer.from(reason).toString());
          } catch (error) {
            log.error({ err: error }, 'the end of a socket could not be passed on');
          }
          onClose();
        },
      });
    },
    open: () => sockets.open.size,
    closeSessions: sockets.closeSessions,
    closeCallers: sockets.closeCallers,
    closeAll: sockets.closeAll,
    stop: sockets.stop,
  };
}

/** uWebSockets.js's own object throws at every touch once it has closed: this one does nothing then. */
class PassedSocket implements ClientSocket {
  readonly caller: Caller;
  /** Unix seconds; infinite when nothing ends it. */
  readonly expiresAt: Seconds;
  #live: WebSocket<unknown> | null;

  constructor(live: WebSocket<unknown>, caller: Caller, expiresAt: Seconds) {
    this.#live = live;
    this.caller = caller;
    this.expiresAt = expiresAt;
  }

  get buffered(): number {
    return this.#live?.getBufferedAmount() ?? 0;
  }

  send(bytes: Uint8Array, isBinary: boolean): void {
    this.#live?.send(bytes, isBinary, false);
  }

  close(code: number, reason: string): void {
    if (code === NO_CODE) this.#live?.end();
    else this.#live?.end(code, reason);
  }

  hasClosed(): void {
    this.#live = null;
  }
}
