import type { HttpRequest } from 'uWebSockets.js';

/** Why a request is not clean HTTP: counted under this name, told in these words. */
export const REFUSALS = {
  target: 'The request target is not a canonical path',
  host: 'A request needs exactly one Host header',
  duplicate: 'A header came twice that may come once only',
  length: 'Content-Length is not a plain number',
  coding: 'Transfer-Encoding may only be chunked, and not together with Content-Length',
} as const;

export type Refusal = keyof typeof REFUSALS;

/** The headers by lower-case name; what came several times is joined by `, ` (RFC 9110, 5.3). */
export type HeaderMap = ReadonlyMap<string, string>;

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

/** Up to 15 digits: it stays a safe integer. */
const LENGTH = /^[0-9]{1,15}$/;

/**
 * Reads all header lines once and judges them: owed to every request with a body, every upgrade and all that is passed on
 * (RFC 9112, 6.1 to 6.3). uWebSockets.js accepts differing lengths, unknown codings and an empty Host.
 */
export function readHeaders(request: HttpRequest): HeaderMap | Refusal {
  const headers = new Map<string, string>();
  let duplicate = false;
  request.forEach((name, value) => {
    const earlier = headers.get(name);
    if (earlier === undefined) headers.set(name, value);
    else if (SINGLE.has(name)) duplicate = true;
    else headers.set(name, `${earlier}, ${value}`);
  });
  if (duplicate) return 'duplicate';
  if (!headers.get('host')) return 'host';
  return judgeFraming(headers.get('content-length'), headers.get('transfer-encoding')) ?? headers;
}

/** Undefined: the header was not sent. */
function judgeFraming(length: string | undefined, coding: string | undefined): Refusal | null {
  if (length !== undefined && !LENGTH.test(length)) return 'length';
  if (coding !== undefined && (coding !== 'chunked' || length !== undefined)) return 'coding';
  return null;
}
