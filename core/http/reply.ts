import { stringify } from 'lossless-json';
import type { ByteSource } from './byte-stream.ts';
import type { HttpError } from './http-error.ts';

/** Header name -> value. Names in their usual spelling; values must not hold CR or LF. */
export type Headers = Readonly<Record<string, string>>;

/**
 * What a handler answers, as plain data. The server adds Content-Length, the security headers and, for a
 * session, the renewed cookie. Anything without a Cache-Control of its own goes out as `no-store`.
 */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /**
   * Another server's header lines, which go out as they are instead of the security headers: `Name: value`, parted by CRLF,
   * each clean, without those that frame a body, and with a Cache-Control. `headers` are added to them.
   */
  readonly lines?: string;
  /** A source is read as fast as the client takes it, and aborted when the client goes away. */
  readonly body: string | Uint8Array | ByteSource;
  /** The whole Set-Cookie value for the session, in place of the renewed one: set by login and logout. */
  readonly sessionCookie?: string;
}

// Shared, so that the server builds their header lines once and not for every reply.
const JSON_HEADERS: Headers = Object.freeze({ 'Content-Type': 'application/json; charset=utf-8' });
export const NO_HEADERS: Headers = Object.freeze({});

/** A JSON reply. `headers` are added to the Content-Type. */
export function json(value: unknown, status = 200, headers: Headers = NO_HEADERS): Reply {
  return {
    status,
    headers: headers === NO_HEADERS ? JSON_HEADERS : { ...JSON_HEADERS, ...headers },
    body: JSON.stringify(value),
  };
}

/** JSON of a value with bigints, which keep their digits: a workflow's seeds go up to 2^64. */
export function exactJson(value: unknown): Reply {
  return { status: 200, headers: JSON_HEADERS, body: stringify(value) ?? 'null' };
}

/** A page. Its Content-Security-Policy comes with it, since each page knows what it loads. */
export function html(page: string, contentSecurityPolicy: string, status = 200, headers?: Headers): Reply {
  return {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': contentSecurityPolicy,
      ...headers,
    },
    body: page,
  };
}

/** 302 for a page that moved on, 303 after a form post (RFC 9110, 15.4.4). `location` is a path on this origin. */
export function redirect(location: string, status: 302 | 303 | 308 = 302): Reply {
  return { status, headers: { Location: location }, body: '' };
}

/** A reply of headers only, such as 204 or 304. */
export function empty(status: number, headers: Headers = NO_HEADERS): Reply {
  return { status, headers, body: '' };
}

/** Bytes that are in memory. The headers object should be the same one each time: its lines are built once. */
export function file(bytes: Uint8Array, headers: Headers): Reply {
  return { status: 200, headers, body: bytes };
}

// An error that is thrown again and again, such as "Not authenticated", says the same each time.
const errorReplies = new WeakMap<HttpError, Reply>();

/** A body that comes bit by bit. */
export function stream(source: ByteSource | Uint8Array, headers: Headers, status = 200): Reply {
  return { status, headers, body: source };
}

/** What another server answered, in its own header lines (see Reply.lines). */
export function forward(status: number, lines: string, body: ByteSource | Uint8Array): Reply {
  return { status, headers: NO_HEADERS, lines, body };
}

/** `{"detail": ...}` with the error's status and headers. */
export function errorReply(error: HttpError): Reply {
  let reply = errorReplies.get(error);
  if (reply === undefined) {
    reply = json({ detail: error.detail, ...error.extra }, error.status, error.headers);
    errorReplies.set(error, reply);
  }
  return reply;
}
