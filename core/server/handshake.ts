import type { HttpRequest, HttpResponse, us_socket_context_t } from 'uWebSockets.js';
import { SESSION_LIFETIME } from '../auth/session.ts';
import type { Context } from '../context.ts';
import { HttpError } from '../http/http-error.ts';
import type { Caller, RequestHead, Seconds } from '../http/request.ts';
import type { Dispatch, HandshakeRoute } from './dispatch.ts';
import type { LiveRequest } from './live-request.ts';
import { UPGRADE_REQUIRED } from './router.ts';
import type { Viewers } from './viewers.ts';

/** A handshake that may be accepted. */
export interface Admitted {
  readonly request: LiveRequest;
  readonly caller: Caller;
  /** Where it is counted among the viewers. */
  readonly place: string;
  /** When its session ends, in Unix seconds. A key's socket has no end. */
  readonly expiresAt: Seconds;
}

/** The first half of every WebSocket, whatever is served over it. Synchronous, as uWebSockets.js wants its upgrades. */
export interface Handshakes {
  /**
   * Guard, maintenance, access, origin, the handshake itself, and how many are open from there already.
   * Null when it was refused; then that was answered.
   */
  admit(response: HttpResponse, live: HttpRequest, route: HandshakeRoute): Admitted | null;
  /** Answers 101, renews a session's cookie by it, and gives `data` to the socket. No `protocol`: ''. */
  accept<Data>(
    response: HttpResponse,
    admitted: Admitted,
    data: Data,
    protocol: string,
    socketContext: us_socket_context_t,
  ): void;
}

export function createHandshakes(context: Context, dispatch: Dispatch, viewers: Viewers): Handshakes {
  return {
    admit(response, live, route) {
      const request = dispatch.admit(response, live, route);
      if (request === null) return null;
      const place = viewers.placeOf(request.ip);
      const refusal = judgeHandshake(request) ?? (viewers.isFull(place) ? TOO_MANY_VIEWERS : null);
      if (refusal === null) {
        const { caller } = request;
        // The cookie is renewed by this very reply.
        const expiresAt =
          caller.by === 'session' ? context.now() + SESSION_LIFETIME : Number.POSITIVE_INFINITY;
        return { request, caller, place, expiresAt };
      }
      dispatch.refuse(response, 'GET', refusal);
      return null;
    },
    accept(response, { request }, data, protocol, socketContext) {
      context.metrics.requests.answered(request, 101);
      response.writeStatus('101 Switching Protocols');
      if (request.caller.by === 'session')
        response.writeHeader('Set-Cookie', context.sessions.cookieAt(context.now()));
      // No compression: frames are small, and previews are compressed already.
      response.upgrade(data, request.header('sec-websocket-key'), protocol, '', socketContext);
    },
  };
}

const TOO_MANY_VIEWERS = new HttpError(429, 'Too many viewers are connected from this address');
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
