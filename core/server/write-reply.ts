import type { HttpResponse } from 'uWebSockets.js';
import { STATUS_CODES } from 'node:http';
import type { ByteSource } from '../http/byte-stream.ts';
import type { Headers, Reply } from '../http/reply.ts';
import type { StandingHeaders } from './standing-headers.ts';

/** A larger body is handed over only as far as the client takes it. */
const SMALL_BODY = 1024;

/** How many of the smaller ones as well. */
const PROBED = 1 / 16;

/**
 * How far a reply was written. 'part': the client does not take it all now, and the rest of the body is to be handed over
 * when it does. 'headers': all of it, since it has no body, and the connection is to be closed. ByteSource: the headers; the
 * body is to be streamed, and opened in the same cork.
 */
export type Written = 'whole' | 'part' | 'headers' | ByteSource;

/**
 * Writes a reply. Call it corked, or within the request's own callback, which is corked already.
 * `head`: without the body (RFC 9110, 9.3.2). `renewedCookie`: the session's Set-Cookie, null without a session.
 * Throws before the first byte when a header holds a line break.
 */
export function writeReply(
  response: HttpResponse,
  reply: Reply,
  head: boolean,
  renewedCookie: string | null,
  close: boolean,
  standing: StandingHeaders,
): Written {
  const { body } = reply;
  const cookie = reply.sessionCookie ?? renewedCookie;
  if (reply.lines !== undefined) writeForeignHeaders(response, reply, reply.lines, cookie, standing);
  else {
    const lines = headerLines(reply.headers, standing);
    if (reply.status !== 200) response.writeStatus(statusLine(reply.status));
    response.writeHeader(lines.firstName, cookie === null ? lines.rest : withCookie(lines, cookie));
  }
  if (head || reply.status === 204 || reply.status === 304) return writeNoBody(response, reply, head, close);
  if (isSource(body)) {
    if (close) response.writeHeader('Connection', 'close');
    return body;
  }
  if (close || (body.length < SMALL_BODY && Math.random() >= PROBED)) {
    response.end(body, close);
    return 'whole';
  }
  // end() keeps whatever the client does not take. One who asks for a script a thousand times in one packet and reads none of
  // the answers would fill the memory so. This keeps nothing, and uWebSockets.js ends a connection that sends another request
  // while it waits. It costs a little, so of small replies only some are written this way: a flood meets one soon enough.
  const [, done] = response.tryEnd(body, 0);
  return done ? 'whole' : 'part';
}

/** A clean line each, or several: whoever made the reply promised it, and a mistake there must not become a second reply. */
const FOREIGN_LINES =
  /^[\w!#$%&'*+.^`|~-]+: ?[\t\x20-\x7e\x80-\xff]*(?:\r\n[\w!#$%&'*+.^`|~-]+: ?[\t\x20-\x7e\x80-\xff]*)*$/;

function writeForeignHeaders(
  response: HttpResponse,
  reply: Reply,
  lines: string,
  cookie: string | null,
  { foreignLines }: StandingHeaders,
): void {
  let all = cookie === null ? lines + foreignLines : `${lines}${foreignLines}\r\nSet-Cookie: ${cookie}`;
  for (const [name, value] of Object.entries(reply.headers)) all += `\r\n${name}: ${value}`;
  if (!FOREIGN_LINES.test(all)) throw new Error('the header lines of a forwarded reply are not clean');
  if (reply.status !== 200) response.writeStatus(statusLine(reply.status));
  const colon = all.indexOf(': ');
  const rest = all.slice(colon + 2);
  // As bytes where there is more than ASCII: a string would go out as UTF-8, and another server's bytes stay what they are.
  response.writeHeader(all.slice(0, colon), /[\x80-\xff]/.test(rest) ? Buffer.from(rest, 'latin1') : rest);
}

function writeNoBody(response: HttpResponse, reply: Reply, head: boolean, close: boolean): Written {
  if (isSource(reply.body)) reply.body.abort();
  const length = head && reply.status !== 204 && reply.status !== 304 ? byteLength(reply.body) : null;
  if (close) response.writeHeader('Connection', 'close');
  if (close && length !== null && length > 0) {
    // The length, and none of the bytes.
    response.tryEnd('', length);
    return 'headers';
  }
  // Not through endWithoutBody's parameters: with a length, or with `close`, this build never ends the response and
  // then aborts the process. So here the client is asked to close, and the stop of the app does it.
  // Never with 204, and with 304 it would have to be that of the 200 (RFC 9110, 8.6).
  if (length !== null) response.writeHeader('Content-Length', String(length));
  response.endWithoutBody();
  return 'whole';
}

/** All header lines but the end: what goes into one call of writeHeader, since each call into uWebSockets.js costs. */
export interface HeaderLines {
  // As bytes, which cost less to hand over than a string.
  readonly firstName: ArrayBuffer;
  /** The first header's value and all further lines. */
  readonly rest: ArrayBuffer;
  /** The same with a Set-Cookie, which stays the same for all replies of a second. */
  cookie: string;
  restWithCookie: ArrayBuffer;
}

function headerLines(headers: Headers, { onOwn, built }: StandingHeaders): HeaderLines {
  const known = built.get(headers);
  if (known !== undefined) return known;
  const all = Object.entries({ ...onOwn, ...headers });
  for (const [name, value] of all) {
    // uWebSockets.js writes what it is given; a line break here would begin a header, or a reply, of somebody else's choice.
    if (!/^[\w-]+$/.test(name) || /[^\t\x20-\x7e]/.test(value))
      throw new Error(`the header ${name} is not one clean line`);
  }
  const [firstName, firstValue] = all[0] ?? ['', ''];
  const rest = encode([firstValue, ...all.slice(1).map(([name, value]) => `${name}: ${value}`)].join('\r\n'));
  const lines = { firstName: encode(firstName), rest, cookie: '', restWithCookie: rest };
  built.set(headers, lines);
  return lines;
}

function withCookie(lines: HeaderLines, cookie: string): ArrayBuffer {
  if (lines.cookie !== cookie) {
    lines.cookie = cookie;
    lines.restWithCookie = encode(`${Buffer.from(lines.rest).toString('latin1')}\r\nSet-Cookie: ${cookie}`);
  }
  return lines.restWithCookie;
}

function encode(text: string): ArrayBuffer {
  return new TextEncoder().encode(text).buffer;
}

const statusLines = new Map<number, ArrayBuffer>();

function statusLine(status: number): ArrayBuffer {
  let line = statusLines.get(status);
  if (line === undefined) {
    line = encode(`${status} ${STATUS_CODES[status] ?? 'Unknown'}`);
    statusLines.set(status, line);
  }
  return line;
}

/** Null when nobody knows. */
function byteLength(body: Reply['body']): number | null {
  if (isSource(body)) return body.length;
  return typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
}

export function isSource(body: Reply['body']): body is ByteSource {
  return typeof body === 'object' && 'open' in body;
}
