import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import { randomUUID } from 'node:crypto';
import { createForwardedWatch } from '../auth/forwarded-watch.ts';
import type { Context } from '../context.ts';
import { HttpError } from '../http/http-error.ts';
import { errorReply, type Reply, redirect } from '../http/reply.ts';
import type { Seconds } from '../http/request.ts';
import type { Access } from '../http/route.ts';
import { receiveBody } from './body.ts';
import { canonicalPath, isCleanQuery } from './canonical-path.ts';
import { REFUSALS, type Refusal, readHeaders } from './guard.ts';
import { LiveRequest } from './live-request.ts';
import { maintenanceReply } from './maintenance-reply.ts';
import { createPendingReplies, type PendingReply } from './pending-replies.ts';
import { type CompiledRoute, paramsOf, type Serve } from './router.ts';
import { writeReply } from './write-reply.ts';

export interface Dispatch {
  readonly serve: Serve;
  /**
   * Guard, maintenance and access for a handshake. Returns the request to go on with; otherwise it was answered, and null.
   * Synchronous, since uWebSockets.js wants its upgrades so.
   */
  admit(response: HttpResponse, live: HttpRequest, access: Access): LiveRequest | null;
  /** Answers with an error and closes the connection. */
  refuse(response: HttpResponse, method: string, error: HttpError): void;
  /** From now on every reply closes its connection. Resolves when none is pending, or after `graceMs`. */
  drain(graceMs: number): Promise<void>;
}

/** The path of a request: guard, maintenance, access, handler, reply. Every step may end it. */
export function createDispatch(context: Context): Dispatch {
  const { config, gate, log, maintenance, sessions } = context;
  const logsRequests = log.isLevelEnabled('debug');
  const forwardedWatch = createForwardedWatch((message) => log.warn(message));
  const pending = createPendingReplies();
  let draining = false;

  function serve(route: CompiledRoute, response: HttpResponse, live: HttpRequest, method: string): void {
    try {
      serveRequest(route, response, live, method);
    } catch (error) {
      // An exception that leaves a callback of uWebSockets.js ends the process.
      log.error({ err: error, method }, 'a request could not be served');
      response.close();
    }
  }

  function serveRequest(
    route: CompiledRoute,
    response: HttpResponse,
    live: HttpRequest,
    method: string,
  ): void {
    const path = live.getUrl();
    const query = live.getQuery() ?? '';
    if (!isCleanTarget(path, query, route.exactPath)) return refuseUnclean(response, method, 'target');
    const request = new LiveRequest(
      response,
      live,
      method,
      path,
      query,
      config.trustedProxies,
      forwardedWatch,
    );
    if (logsRequests) request.startedAt = performance.now();

    if (mayHaveBody(request)) return serveWithBody(route, response, live, request);
    if (request.header('host') === '') return refuseUnclean(response, method, 'host');
    const now = unixTime();
    const refused = admission(request, route.access, false, now);
    if (refused !== null) return write(response, request, refused, now, false);
    if (route.names.length > 0) request.params = paramsOf(route, live);
    const reply = callHandler(route, request);
    if (reply instanceof Promise) writeLater(pending.add(response), response, request, reply, false);
    else write(response, request, reply, now, false);
  }

  function serveWithBody(
    route: CompiledRoute,
    response: HttpResponse,
    live: HttpRequest,
    request: LiveRequest,
  ): void {
    const headers = readHeaders(live);
    if (typeof headers === 'string') return refuseUnclean(response, request.method, headers);
    request.useHeaders(headers);
    if (route.names.length > 0) request.params = paramsOf(route, live);
    request.detach();
    const owed = pending.add(response);
    const refused = admission(request, route.access, false, unixTime());
    // Its body is not waited for, so the connection cannot be used again.
    if (refused !== null) return writeLater(owed, response, request, nextTick(refused), true);

    const chunked = request.header('transfer-encoding') !== '';
    receiveBody(response, request.header('content-length'), route.bodyLimit, (body) => {
      if (body === null)
        return writeLater(owed, response, request, nextTick(tooLarge(route.bodyLimit)), true);
      request.useBody(body);
      if (!chunked) return writeLater(owed, response, request, callHandler(route, request), false);
      // uWebSockets.js judges the end of a chunked body after this call and would then run what was smuggled behind it in the
      // same packet. So the handler comes a tick later, if the connection still stands, and the answer closes it.
      setImmediate(() => {
        if (!owed.gone) writeLater(owed, response, request, callHandler(route, request), true);
      });
    });
  }

  /** The reply that ends the request before its handler, or null; then `request.caller` is known. */
  function admission(request: LiveRequest, access: Access, isHandshake: boolean, now: Seconds): Reply | null {
    if (maintenance.active) return maintenanceReply(request.path);
    const caller = gate.decideAccess(request, access, isHandshake, now);
    if (!(caller instanceof HttpError)) {
      request.caller = caller;
      return null;
    }
    return caller.status === 401 && isPageNavigation(request) ? toLogin(request) : errorReply(caller);
  }

  function callHandler(route: CompiledRoute, request: LiveRequest): Reply | Promise<Reply> {
    try {
      const reply = route.handler(context, request);
      return reply instanceof Promise ? reply.catch((error: unknown) => replyToError(error, request)) : reply;
    } catch (error) {
      return replyToError(error, request);
    }
  }

  function replyToError(error: unknown, request: LiveRequest): Reply {
    if (error instanceof HttpError) return errorReply(error);
    const id = randomUUID();
    log.error({ err: error, request: id, method: request.method, path: request.path }, 'a handler failed');
    return errorReply(new HttpError(500, 'Internal server error', { extra: { request_id: id } }));
  }

  function writeLater(
    owed: PendingReply,
    response: HttpResponse,
    request: LiveRequest,
    reply: Reply | Promise<Reply>,
    close: boolean,
  ): void {
    request.detach();
    Promise.resolve(reply).then((late) => {
      if (owed.gone) return;
      owed.settle();
      response.cork(() => write(response, request, late, unixTime(), close));
    });
  }

  function write(
    response: HttpResponse,
    request: LiveRequest,
    reply: Reply,
    now: Seconds,
    close: boolean,
  ): void {
    const head = request.method === 'HEAD';
    const renewedCookie = request.caller.by === 'session' ? sessions.cookieAt(now) : null;
    try {
      writeReply(response, reply, head, renewedCookie, close || draining);
    } catch (error) {
      writeReply(response, replyToError(error, request), head, null, true);
    }
    if (logsRequests) logRequest(request, reply.status);
  }

  function logRequest(request: LiveRequest, status: number): void {
    const { method, path } = request;
    const ms = Math.round((performance.now() - request.startedAt) * 1000) / 1000;
    log.debug({ request: randomUUID(), method, path, status, ms, by: request.caller.by }, 'request');
  }

  /** Not clean HTTP: what follows on this connection cannot be trusted either. */
  function refuseUnclean(response: HttpResponse, method: string, refusal: Refusal): void {
    log.debug({ refusal }, 'request refused');
    refuse(response, method, new HttpError(400, REFUSALS[refusal]));
  }

  function refuse(response: HttpResponse, method: string, error: HttpError): void {
    const owed = pending.add(response);
    const reply = errorReply(error);
    // After an answer at once, even one that closes, uWebSockets.js goes on with the next request of the same packet.
    setImmediate(() => {
      if (owed.gone) return;
      owed.settle();
      // Written as if it were no HEAD, since only a reply with a body, if an empty one, can close.
      response.cork(() =>
        writeReply(response, method === 'HEAD' ? { ...reply, body: '' } : reply, false, null, true),
      );
    });
  }

  function admit(response: HttpResponse, live: HttpRequest, access: Access): LiveRequest | null {
    const path = live.getUrl();
    const query = live.getQuery() ?? '';
    const headers = readHeaders(live);
    if (typeof headers === 'string' || !isCleanTarget(path, query, null)) {
      refuseUnclean(response, 'GET', typeof headers === 'string' ? headers : 'target');
      return null;
    }
    const request = new LiveRequest(
      response,
      live,
      'GET',
      path,
      query,
      config.trustedProxies,
      forwardedWatch,
    );
    request.useHeaders(headers);
    request.detach();
    const refused = admission(request, access, true, unixTime());
    if (refused === null) return request;
    writeLater(pending.add(response), response, request, nextTick(refused), true);
    return null;
  }

  return {
    serve,
    admit,
    refuse,
    drain(graceMs) {
      draining = true;
      return pending.drain(graceMs);
    },
  };
}

function unixTime(): Seconds {
  return Math.floor(Date.now() / 1000);
}

function isCleanTarget(path: string, query: string, exactPath: string | null): boolean {
  // The bytes of a route's own path are canonical.
  return (path === exactPath || canonicalPath(path) !== null) && (query === '' || isCleanQuery(query));
}

/** A GET or HEAD without these two headers has no body (RFC 9112, 6). */
function mayHaveBody(request: LiveRequest): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return true;
  return request.header('content-length') !== '' || request.header('transfer-encoding') !== '';
}

/** A person who follows a link or types an address: they are shown the login page, everybody else gets a 401. */
function isPageNavigation(request: LiveRequest): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  if (request.path.startsWith('/api/') || request.header('upgrade') !== '') return false;
  const mode = request.header('sec-fetch-mode');
  return request.header('accept').includes('text/html') && (mode === '' || mode === 'navigate');
}

function toLogin(request: LiveRequest): Reply {
  const target = request.rawQuery === '' ? request.path : `${request.path}?${request.rawQuery}`;
  return redirect(`/login?next=${encodeURIComponent(target)}`);
}

function tooLarge(limit: number): Reply {
  return errorReply(new HttpError(413, `The body is larger than ${limit} bytes`));
}

function nextTick<T>(value: T): Promise<T> {
  return new Promise((resolve) => setImmediate(resolve, value));
}
