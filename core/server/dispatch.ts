import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import type { Context } from '../context.ts';
import { HttpError } from '../http/http-error.ts';
import { errorReply, type Reply, redirect } from '../http/reply.ts';
import type { Seconds } from '../http/request.ts';
import type { Access } from '../http/route.ts';
import { denialOf } from '../metrics/metrics.ts';
import { receiveBody } from './body.ts';
import { type Guard, REFUSALS, type Refusal } from './guard.ts';
import { LiveRequest } from './live-request.ts';
import { maintenanceReply } from './maintenance-reply.ts';
import type { PendingReply } from './pending-replies.ts';
import { createReplies, type MakeReply, NEVER, type Replies, unixTime } from './replies.ts';
import { type RequestBody, streamRequestBody } from './request-body.ts';
import { type CompiledRoute, PASSED_ON_PATHS, paramsOf, type Serve } from './router.ts';
import { isSource } from './write-reply.ts';

/** What a handshake is judged by; `passedOn` as in CompiledRoute. */
export type HandshakeRoute = { readonly path: string; readonly access: Access; readonly passedOn?: boolean };

export interface Dispatch extends Pick<Replies, 'refuse' | 'fail' | 'drain'> {
  readonly serve: Serve;
  /**
   * Guard, maintenance and access for a handshake. Returns the request to go on with; otherwise it was answered, and null.
   * Synchronous, since uWebSockets.js wants its upgrades so.
   */
  admit(response: HttpResponse, live: HttpRequest, route: HandshakeRoute): LiveRequest | null;
}

/** The path of a request: guard, maintenance, access, handler, reply. Every step may end it. */
export function createDispatch(context: Context, guard: Guard): Dispatch {
  const { config, forwarded, gate, log, maintenance, metrics, sessions } = context;
  const logsRequests = log.isLevelEnabled('debug');
  const scheme = config.tls === null ? 'http' : 'https';
  const replies = createReplies(context);

  function serve(route: CompiledRoute, response: HttpResponse, live: HttpRequest, method: string): void {
    try {
      serveRequest(route, response, live, method);
    } catch (error) {
      replies.fail(response, error);
    }
  }

  function readRequest(response: HttpResponse, live: HttpRequest, method: string, path: string): LiveRequest {
    const query = live.getQuery() ?? '';
    return new LiveRequest(response, live, method, path, query, scheme, config.trustedProxies, forwarded);
  }

  function serveRequest(
    route: CompiledRoute,
    response: HttpResponse,
    live: HttpRequest,
    method: string,
  ): void {
    // The router compares byte for byte, so a path that leads to an exact route is that route's own.
    const request = readRequest(response, live, method, route.exactPath ?? live.getUrl());
    metrics.requests.begin(request, route.row);
    const verdict = guard.judge(request, route.exactPath, route.pathRules);
    if (verdict !== null && verdict !== 'lines') return refuseUnclean(response, method, verdict);
    if (logsRequests) request.startedAt = performance.now();
    if (route.streams) return serveStreaming(route, response, live, request);
    if (verdict === 'lines') return serveWithBody(route, response, live, request);

    const now = unixTime();
    const refused = admission(request, route, false, now);
    if (refused !== null) return replies.write(response, request, refused, now);
    if (route.names.length > 0) request.params = paramsOf(route, live);
    const reply = callHandler(route, request);
    if (reply instanceof Promise) replies.writeLater(replies.owe(response), response, request, reply, NEVER);
    else replies.write(response, request, reply, now);
  }

  function serveWithBody(
    route: CompiledRoute,
    response: HttpResponse,
    live: HttpRequest,
    request: LiveRequest,
  ): void {
    const owed = takeHead(route, response, live, request);
    if (owed === null) return;
    const answerAndClose = (reply: MakeReply) => replies.writeAndClose(owed, response, request, reply);
    const refused = admission(request, route, false, unixTime());
    if (refused !== null) return answerAndClose(() => refused);
    /** Keys and sessions may have been changed while the body was on its way. */
    const refusedMeanwhile = () =>
      request.generation === sessions.generation ? null : admission(request, route, false, unixTime());

    const chunked = request.header('transfer-encoding') !== '';
    const declared = request.header('content-length');
    // Nobody waits for a body that nobody reads.
    if (route.bodyLimit === null && (chunked || Number(declared) > 0))
      return answerAndClose(() => callHandler(route, request));
    const limit = route.bodyLimit ?? 0;
    receiveBody(response, declared, limit, (body) =>
      replies.contain(response, () => {
        if (body === null) return answerAndClose(() => tooLarge(limit));
        const refusedNow = refusedMeanwhile();
        if (refusedNow !== null) return answerAndClose(() => refusedNow);
        request.useBody(body);
        // uWebSockets.js judges the end of a chunked body after this call and would then run what was smuggled behind it in
        // the same packet. So the handler comes a tick later, if the connection still stands, and the answer closes it.
        if (chunked) answerAndClose(() => callHandler(route, request));
        else replies.writeLater(owed, response, request, callHandler(route, request), NEVER);
      }),
    );
  }

  /** For a handler that is called before the body is there, and reads it itself or passes it on. */
  function serveStreaming(
    route: CompiledRoute,
    response: HttpResponse,
    live: HttpRequest,
    request: LiveRequest,
  ): void {
    const owed = takeHead(route, response, live, request);
    if (owed === null) return;
    const refused = admission(request, route, false, unixTime());
    const chunked = request.header('transfer-encoding') !== '';
    const length = chunked ? null : Number(request.header('content-length'));
    if (length === 0) {
      return replies.writeLater(owed, response, request, refused ?? callHandler(route, request), NEVER);
    }
    if (refused !== null) return replies.writeAndClose(owed, response, request, () => refused);
    const limit = route.bodyLimit ?? 0;
    if (length !== null && length > limit)
      return replies.writeAndClose(owed, response, request, () => tooLarge(limit));
    const body = streamRequestBody(response, owed, { length, limit });
    request.useStream(body);
    const reply = callHandler(route, request);
    // Not before the next tick, for what may be hidden behind a chunked body. What is still to come of a sized one is known,
    // and read: closed at once, the connection would be reset, and the client never see why its upload was refused.
    replies.writeAndClose(
      owed,
      response,
      request,
      () => lettingGo(body, reply),
      (atEnd) => {
        if (atEnd) body.abort();
        return chunked;
      },
    );
  }

  /** Reads and judges all header lines; null when they were refused. Nothing of `live` is needed after it. */
  function takeHead(
    route: CompiledRoute,
    response: HttpResponse,
    live: HttpRequest,
    request: LiveRequest,
  ): PendingReply | null {
    const headers = guard.readHeaders(live);
    if (typeof headers === 'string') {
      refuseUnclean(response, request.method, headers);
      return null;
    }
    request.useHeaders(headers);
    if (route.names.length > 0) request.params = paramsOf(route, live);
    const owed = replies.owe(response);
    if (route.streams) request.useOwed(owed);
    request.detach();
    return owed;
  }

  /** The reply that ends the request before its handler, or null; then `request.caller` is known. */
  function admission(
    request: LiveRequest,
    route: Pick<CompiledRoute, 'access' | 'passedOn' | 'duringMaintenance'>,
    isHandshake: boolean,
    now: Seconds,
  ): Reply | null {
    if (maintenance.active && !route.duringMaintenance) {
      metrics.denials.add('maintenance');
      return maintenanceReply(isHandshake || isApi(request, route.passedOn), maintenance.state);
    }
    const caller = gate.decideAccess(request, route.access, isHandshake, now);
    if (!(caller instanceof HttpError)) {
      request.caller = caller;
      request.generation = sessions.generation;
      return null;
    }
    metrics.denials.add(denialOf(caller.status));
    return caller.status === 401 && isPageNavigation(request) ? toLogin(request) : errorReply(caller);
  }

  function callHandler(route: CompiledRoute, request: LiveRequest): Reply | Promise<Reply> {
    try {
      const reply = route.handler(context, request);
      return reply instanceof Promise
        ? reply.catch((error: unknown) => replies.toError(error, request))
        : reply;
    } catch (error) {
      return replies.toError(error, request);
    }
  }

  /** Not clean HTTP: what follows on this connection cannot be trusted either. */
  function refuseUnclean(response: HttpResponse, method: string, refusal: Refusal): void {
    guard.count(refusal);
    log.debug({ refusal }, 'request refused');
    replies.refuse(response, method, REFUSALS[refusal]);
  }

  function admit(response: HttpResponse, live: HttpRequest, route: HandshakeRoute): LiveRequest | null {
    const { path, access, passedOn = false } = route;
    const request = readRequest(response, live, 'GET', live.getUrl());
    metrics.requests.begin(request, metrics.requests.row('WS', path));
    const verdict = guard.judge(request, null, passedOn ? PASSED_ON_PATHS : undefined);
    const headers = verdict === null || verdict === 'lines' ? guard.readHeaders(live) : verdict;
    if (typeof headers === 'string') {
      refuseUnclean(response, 'GET', headers);
      return null;
    }
    request.useHeaders(headers);
    request.detach();
    const refused = admission(request, { access, passedOn, duringMaintenance: false }, true, unixTime());
    if (refused === null) return request;
    replies.writeAndClose(replies.owe(response), response, request, () => refused);
    return null;
  }

  return { serve, admit, refuse: replies.refuse, fail: replies.fail, drain: replies.drain };
}

/** A person who follows a link or types an address: they are shown the login page, everybody else gets a 401. */
function isPageNavigation(request: LiveRequest): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  if (/^(?:\/comfyui)?\/api\//.test(request.path) || request.header('upgrade') !== '') return false;
  const mode = request.header('sec-fetch-mode');
  return request.header('accept').includes('text/html') && (mode === '' || mode === 'navigate');
}

/** ComfyUI has its API in many places; what a person does not open as a page is that. */
function isApi(request: LiveRequest, passedOn: boolean): boolean {
  return passedOn ? !isPageNavigation(request) : request.path.startsWith('/api/');
}

/** A reply that is there as a whole is the last word: what is left of the request's body is for nobody. */
async function lettingGo(body: RequestBody, reply: Reply | Promise<Reply>): Promise<Reply> {
  const last = await reply;
  if (!body.complete && !isSource(last.body)) body.abort();
  return last;
}

function toLogin(request: LiveRequest): Reply {
  const target = request.rawQuery === '' ? request.path : `${request.path}?${request.rawQuery}`;
  return redirect(`/login?next=${encodeURIComponent(target)}`);
}

function tooLarge(limit: number): Reply {
  return errorReply(new HttpError(413, `The body is larger than ${limit} bytes`));
}
