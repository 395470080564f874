import type { HttpRequest } from 'uWebSockets.js';
import { HttpError } from '../http/http-error.ts';
import type { RequestHead } from '../http/request.ts';
import { canonicalPath, isCleanQuery, type PathRules } from './canonical-path.ts';

/** Why a request is not clean HTTP: counted under this name, told in these words. */
export const REFUSALS = {
  target: new HttpError(400, 'The request target is not a canonical path'),
  host: new HttpError(400, 'A request needs exactly one Host header, and a host in it'),
  duplicate: new HttpError(400, 'A header came twice that may come once only'),
  length: new HttpError(400, 'Content-Length is not a plain number'),
  coding: new HttpError(400, 'Transfer-Encoding may only be chunked, and not together with Content-Length'),
  method: new HttpError(501, 'The method is not known here'),
} as const satisfies Record<string, HttpError>;

export type Refusal = keyof typeof REFUSALS;

/** `connections`: closed before a request, since too many were open. */
export type Counted = Refusal | 'connections';

/** The headers by lower-case name; what came several times is joined by `, ` (RFC 9110, 5.3). */
export type HeaderMap = ReadonlyMap<string, string>;

/** The first thing that every request meets. Its judgements have no side effect but what `count` counts. */
export interface Guard {
  /** How many requests were refused so far, by reason. */
  readonly refusals: ReadonlyMap<Counted, number>;
  /**
   * Judges the target, the method and, of a GET or HEAD, the first line of Host and of what frames a body.
   * `exactPath`: the only path of the request's route, if it has only one. 'lines': it may have a body, so all its header
   * lines are to be judged too. Null: nothing is wrong, and it has none.
   */
  judge(request: RequestHead, exactPath: string | null, rules?: PathRules): Refusal | 'lines' | null;
  /** Reads all header lines, once, and judges them: owed to what has a body, what upgrades, and what is passed on. */
  readHeaders(live: HttpRequest): HeaderMap | Refusal;
  count(refusal: Counted): void;
}

/** Headers that must not come twice: whoever reads the first and whoever reads the last would disagree. */
const SINGLE = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'cookie',
  'x-api-key',
  'authorization',
  'origin',
  'upgrade',
  'sec-websocket-key',
]);

/** RFC 9110, 9 and RFC 5789. In upper case: methods are case-sensitive. */
const METHODS = new Set(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']);

/** Up to 15 digits: it stays a safe integer. */
const LENGTH = /^[0-9]{1,15}$/;

/** RFC 3986, 3.2.2: a name, an IPv4 address or an IPv6 address in brackets; then perhaps a port. */
const HOST = /^(?:[\w.~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?$/;

export function createGuard(): Guard {
  const refusals = new Map<Counted, number>();
  // Nearly all requests name the same one.
  let lastHost = '';

  function isHost(host: string): boolean {
    if (host !== lastHost) {
      if (!HOST.test(host)) return false;
      lastHost = host;
    }
    return host !== '';
  }

  return {
    refusals,
    judge(request, exactPath, rules) {
      const { method, path, rawQuery } = request;
      // The bytes of a route's own path are canonical.
      if (path !== exactPath && canonicalPath(path, rules) === null) return 'target';
      if (rawQuery !== '' && !isCleanQuery(rawQuery)) return 'target';
      if (method !== 'GET' && method !== 'HEAD') return METHODS.has(method) ? 'lines' : 'method';
      // A GET or HEAD without these two has no body (RFC 9112, 6).
      if (request.header('content-length') !== '' || request.header('transfer-encoding') !== '')
        return 'lines';
      return isHost(request.header('host')) ? null : 'host';
    },
    readHeaders(live) {
      const { headers, hasDuplicate } = readLines(live);
      if (hasDuplicate) return 'duplicate';
      if (!isHost(headers.get('host') ?? '')) return 'host';
      return judgeFraming(headers.get('content-length'), headers.get('transfer-encoding')) ?? headers;
    },
    count(refusal) {
      refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1);
    },
  };
}

/**
 * All header lines. A name with `_` goes no further: CGI and its heirs read `X_API_Key` as `X-API-Key`
 * (RFC 3875, 4.1.18). How many lines there are is uWebSockets.js's to limit: it answers 431 to more than 98.
 */
export function readLines(live: Pick<HttpRequest, 'forEach'>): { headers: HeaderMap; hasDuplicate: boolean } {
  const headers = new Map<string, string>();
  let hasDuplicate = false;
  live.forEach((name, value) => {
    const earlier = headers.get(name);
    if (earlier !== undefined) {
      // The first of those counts: it is what was judged, where one may come twice at all.
      if (SINGLE.has(name)) hasDuplicate = true;
      else headers.set(name, `${earlier}, ${value}`);
    } else if (!name.includes('_')) headers.set(name, value);
  });
  return { headers, hasDuplicate };
}

/** RFC 9112, 6.1 to 6.3. Undefined: the header was not sent. */
function judgeFraming(length: string | undefined, coding: string | undefined): Refusal | null {
  if (length !== undefined && !LENGTH.test(length)) return 'length';
  if (coding !== undefined && (coding !== 'chunked' || length !== undefined)) return 'coding';
  return null;
}
