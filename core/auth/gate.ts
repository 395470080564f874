import { HttpError } from '../http/http-error.ts';
import type { Caller, RequestHead, Seconds } from '../http/request.ts';
import type { Access } from '../http/route.ts';
import { type Sender, senderOf } from '../http/sender.ts';
import type { ApiKey } from './api-key.ts';
import { keyOfAuthorization } from './credentials.ts';
import { crossSiteReason } from './origin.ts';
import type { Sessions } from './session.ts';
import type { Throttle } from './throttle.ts';

/** Told of failures as they are counted; `block` is the length of the block that this one began, or 0. */
export type OnFailure = (failure: Sender & { readonly block: Seconds }) => void;

export interface Gate {
  /**
   * Who the caller is, or the error to answer. `now` in Unix seconds. Synchronous, so that a WebSocket handshake can be
   * decided before it is accepted, and without an allocation for a session that was seen before.
   */
  decideAccess(request: RequestHead, access: Access, isHandshake: boolean, now: Seconds): Caller | HttpError;
  /** The same comparison and the same throttle for a key that came in a body: the login's. */
  checkKey(key: string, client: Client, now: Seconds): KeyVerdict;
  /**
   * Whether an Authorization header holds the key, which then must not go on to ComfyUI. It counts nothing, so nobody who
   * asks may learn the answer.
   */
  holdsKey(authorization: string): boolean;
}

export type KeyVerdict = 'right' | 'wrong' | { readonly retryAfter: Seconds };

/** A request, as far as the throttle cares. Its address takes work to find out, so it is asked for when it matters. */
type Client = Pick<RequestHead, 'ip' | 'header'>;

const NOBODY: Caller = Object.freeze({ by: 'nobody' });
const KEY: Caller = Object.freeze({ by: 'key' });

// Errors are expensive to make, for their stack; these say the same thing each time.
const NOT_AUTHENTICATED = new HttpError(401, 'Not authenticated', {
  // A 401 must name a scheme (RFC 9110, 15.5.2). Bearer, since Basic would make browsers ask for a password.
  headers: Object.freeze({ 'WWW-Authenticate': 'Bearer realm="ComfyUI Studio"' }),
});

/** The access decision, for every request and every handshake: the answer to "why was I refused?". */
export function createGate(
  apiKey: ApiKey,
  sessions: Sessions,
  throttle: Throttle,
  onFailure: OnFailure,
): Gate {
  function judgeKey(key: string, client: Client, now: Seconds): KeyVerdict {
    // Before the comparison: while an address is throttled nobody there learns whether a key is right.
    const retryAfter = throttle.isBlocking(now) ? throttle.retryAfter(client.ip, now) : 0;
    if (retryAfter > 0) return { retryAfter };
    if (apiKey.matches(key)) return 'right';
    onFailure({ ...senderOf(client), block: throttle.fail(client.ip, now) });
    return 'wrong';
  }

  function checkKey(key: string, client: Client, now: Seconds): KeyVerdict {
    const verdict = judgeKey(key, client, now);
    if (verdict === 'right') throttle.succeed(client.ip);
    return verdict;
  }

  function decideAccess(
    request: RequestHead,
    access: Access,
    isHandshake: boolean,
    now: Seconds,
  ): Caller | HttpError {
    const changesState = isHandshake || (request.method !== 'GET' && request.method !== 'HEAD');
    if (access === 'public') return refuseCrossSite(request, changesState) ?? NOBODY;

    // X-API-Key is meant for Studio: right, it decides; wrong, it counts, and the cookie may still let the request in.
    const ownHeader = request.header('x-api-key');
    let verdict = ownHeader === '' ? null : judgeKey(ownHeader, request, now);
    if (verdict === 'right') return KEY;

    const session = sessions.callerOf(request.header('cookie'), now);
    if (session !== null) return refuseCrossSite(request, changesState) ?? session;

    // Authorization may be meant for ComfyUI behind us, so it is not held against an open session.
    const presented = ownHeader === '' ? keyOfAuthorization(request.header('authorization')) : null;
    if (presented !== null) verdict = judgeKey(presented.key, request, now);
    if (verdict === 'right')
      return refuseCrossSite(request, changesState && presented?.scheme === 'basic') ?? KEY;
    return verdict !== null && verdict !== 'wrong' ? throttled(verdict.retryAfter) : NOT_AUTHENTICATED;
  }

  function holdsKey(authorization: string): boolean {
    const presented = keyOfAuthorization(authorization);
    return presented !== null && apiKey.matches(presented.key);
  }

  return { decideAccess, checkKey, holdsKey };
}

// One for each number of seconds that a block may still last: in a flood of guesses the same is said over and over.
const throttledErrors = new Map<Seconds, HttpError>();

/** 429 for an address that guessed too often (RFC 6585, 4). */
export function throttled(retryAfter: Seconds): HttpError {
  let error = throttledErrors.get(retryAfter);
  if (error === undefined) {
    error = new HttpError(429, `Too many wrong keys from this address. Try again in ${retryAfter} seconds.`, {
      headers: Object.freeze({ 'Retry-After': String(retryAfter) }),
    });
    throttledErrors.set(retryAfter, error);
  }
  return error;
}

function refuseCrossSite(request: RequestHead, changesState: boolean): HttpError | null {
  const reason = changesState ? crossSiteReason(request) : null;
  return reason === null ? null : new HttpError(403, reason);
}
