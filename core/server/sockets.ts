import type { HttpRequest, HttpResponse, TemplatedApp, us_socket_context_t, WebSocket } from 'uWebSockets.js';
import type { Context } from '../context.ts';
import { HttpError } from '../http/http-error.ts';
import type { Socket, SocketRoute } from '../http/route.ts';
import type { Dispatch } from './dispatch.ts';
import type { Admitted, Handshakes } from './handshake.ts';
import { OpenSocket } from './open-socket.ts';
import type { Patience } from './pressure.ts';
import { watchPressure } from './pressure-watch.ts';
import { createSessionSockets } from './session-sockets.ts';
import { Allowance, LARGEST_MESSAGE, type Viewers } from './viewers.ts';

/** What uWebSockets.js keeps with a socket, for hours and ten thousand times: so nothing of the handshake stays. */
interface SocketData {
  /** Where the viewer is counted. */
  readonly place: string;
  readonly allowance: Allowance;
  /** Until its opening. */
  opening: Opening | null;
  /** From its opening on. */
  open: OpenSocket | null;
}

interface Opening extends Pick<Admitted, 'caller' | 'expiresAt'> {
  readonly serve: (socket: Socket) => void | Promise<void>;
}

export interface Sockets {
  /** `onClose` is called once for each socket of this app that was open. */
  mount(app: TemplatedApp, route: SocketRoute, onClose: () => void): void;
  /** To be called when a message of so many bytes was published, to all its topics. */
  published(bytes: number): void;
  /** How many there are. */
  open(): number;
  closeSessions(reason: string): void;
  closeCallers(reason: string): void;
  closeAll(code: number, reason: string): void;
  /** The most bytes that wait for one socket in this process now. */
  mostBuffered(): number;
  /** Lets go of the timers. */
  stop(): void;
}

/** RFC 6455, 7.4.1. */
const POLICY_VIOLATION = 1008;
const MESSAGE_TOO_BIG = 1009;
const INTERNAL_ERROR = 1011;

/**
 * uWebSockets.js pings a socket 24 s after it was last heard of, whatever is sent meanwhile, and closes it when there is
 * still no word of it 16 s later: of these 40 s it keeps 16 for the answer. Sending what waits in a buffer counts as a word.
 * Proxies commonly give up after 60 s of silence.
 */
export const IDLE_TIMEOUT_S = 40;

/**
 * The last bound, in bytes: what is above it is dropped, and the socket closed. It is not reached: a socket that has not
 * read 1 MiB gets nothing more (pressure.ts), and what can come between two looks (pressure-watch.ts) is less than the rest.
 */
const MAX_BACKPRESSURE = 8 * 1024 * 1024;

/** What all kinds of sockets share. */
export interface SocketServices {
  readonly dispatch: Dispatch;
  readonly handshakes: Handshakes;
  readonly viewers: Viewers;
}

export function createSockets(context: Context, services: SocketServices, patience: Patience): Sockets {
  const { log, metrics } = context;
  const { dispatch, handshakes, viewers } = services;
  const sockets = createSessionSockets<OpenSocket>(context.now);
  const watch = watchPressure(sockets.open);

  function upgrade(
    route: SocketRoute,
    response: HttpResponse,
    live: HttpRequest,
    socketContext: us_socket_context_t,
  ): void {
    const admitted = handshakes.admit(response, live, route);
    if (admitted === null) return;
    let serve: Opening['serve'];
    try {
      serve = route.socket(context, admitted.request);
    } catch (error) {
      if (error instanceof HttpError) return dispatch.refuse(response, 'GET', error);
      throw error;
    }
    const { caller, expiresAt, place } = admitted;
    const opening = { caller, expiresAt, serve };
    const data: SocketData = { place, allowance: new Allowance(), opening, open: null };
    handshakes.accept(response, admitted, data, '', socketContext);
  }

  function open(path: string, socket: WebSocket<SocketData>): void {
    const data = socket.getUserData();
    const { opening } = data;
    if (opening === null) return;
    data.opening = null;
    data.open = new OpenSocket(socket, opening.caller, opening.expiresAt, patience, metrics.frames);
    sockets.add(data.open);
    viewers.add(data.place);
    void serve(path, data.open, opening);
  }

  async function serve(path: string, socket: OpenSocket, opening: Opening): Promise<void> {
    try {
      await opening.serve(socket);
    } catch (error) {
      log.error({ err: error, path }, 'a socket could not be served');
      socket.close(INTERNAL_ERROR, 'Internal server error');
    }
  }

  /** A viewer has nothing to say: what it says is read and thrown away, and one that goes on is shown the door. */
  function hear(socket: WebSocket<SocketData>, bytes: number): void {
    if (bytes > LARGEST_MESSAGE) socket.end(MESSAGE_TOO_BIG, 'A message may have 4096 bytes');
    else if (!socket.getUserData().allowance.take(performance.now()))
      socket.end(POLICY_VIOLATION, 'Too many messages');
  }

  return {
    mount(app, route, onClose) {
      app.ws<SocketData>(route.path, {
        idleTimeout: IDLE_TIMEOUT_S,
        sendPingsAutomatically: true,
        // Beyond this uWebSockets.js drops the connection without a word.
        maxPayloadLength: 4 * LARGEST_MESSAGE,
        maxBackpressure: MAX_BACKPRESSURE,
        closeOnBackpressureLimit: true,
        upgrade(response, live, socketContext) {
          try {
            upgrade(route, response, live, socketContext);
          } catch (error) {
            dispatch.fail(response, error);
          }
        },
        open: (socket) => open(route.path, socket),
        message: (socket, message) => hear(socket, message.byteLength),
        ping: (socket) => hear(socket, 0),
        pong: (socket) => hear(socket, 0),
        drain: (socket) => socket.getUserData().open?.hasDrained(),
        dropped: () => log.warn('a viewer was too slow even for its last bound, and is closed'),
        close(socket) {
          const { open, place } = socket.getUserData();
          viewers.remove(place);
          if (open !== null) {
            sockets.remove(open);
            open.hasClosed();
          }
          onClose();
        },
      });
    },
    published: watch.published,
    open: () => sockets.open.size,
    closeSessions: sockets.closeSessions,
    closeCallers: sockets.closeCallers,
    closeAll: sockets.closeAll,
    mostBuffered() {
      return Math.max(0, ...[...sockets.open].map(({ buffered }) => buffered));
    },
    stop() {
      sockets.stop();
      watch.stop();
    },
  };
}
