/** What came of the bytes that one connection was sent. */
export interface Outcome {
  /** The status of each reply, in order; an array where several are as good. */
  readonly statuses: readonly (number | readonly number[])[];
  /** `closed`: after a last reply with Connection: close (RFC 9112, 9.6). `cut`: without a word. */
  readonly connection: 'open' | 'closed' | 'cut';
  /** Method, path and body of each request that reached a handler. */
  readonly ran: readonly string[];
}

/** uWebSockets.js itself breaks the rule, and nothing above it can see that. */
export interface LibraryFailure {
  readonly reason: string;
  /** What happens, asserted as well: when it changes, the row has to. */
  readonly instead: Outcome;
}

export interface HttpCase {
  /** Of RFC 9112, unless it says otherwise. */
  readonly section: string;
  readonly rule: string;
  /** One character per byte. */
  readonly send: string;
  readonly expect: Outcome;
  readonly libraryFails?: LibraryFailure;
}

type Row = readonly [rule: string, send: string, expect: Outcome, libraryFails?: LibraryFailure];

/** The rows of one section. */
export function cases(section: string, rows: readonly Row[]): HttpCase[] {
  return rows.map(([rule, send, expect, libraryFails]) => ({
    section,
    rule,
    send,
    expect,
    ...(libraryFails === undefined ? {} : { libraryFails }),
  }));
}

/** Each request was answered with 200 and the connection can be used again. */
export function served(...ran: string[]): Outcome {
  return { statuses: ran.map(() => 200), connection: 'open', ran };
}

/** The same, and the connection was closed after the last answer. */
export function servedLast(...ran: string[]): Outcome {
  return { ...served(...ran), connection: 'closed' };
}

/** Answered without a handler; the connection can be used again. */
export function answered(...statuses: number[]): Outcome {
  return { statuses: [statuses], connection: 'open', ran: [] };
}

/** One error, then closed; no handler ran. */
export function refused(...statuses: number[]): Outcome {
  return { statuses: [statuses], connection: 'closed', ran: [] };
}

/** Nothing yet: there is more to come. */
export const WAITS: Outcome = { statuses: [], connection: 'open', ran: [] };

export function instead(reason: string, outcome: Outcome): LibraryFailure {
  return { reason, instead: outcome };
}

const HOST = 'Host: x\r\n';

/** A request without a body; `fields` are whole lines. */
export function get(fields = '', requestLine = 'GET /a HTTP/1.1'): string {
  return `${requestLine}\r\n${HOST}${fields}\r\n`;
}

/** A request with whatever stands for its body. */
export function post(fields: string, body = ''): string {
  return `POST /echo HTTP/1.1\r\n${HOST}${fields}\r\n${body}`;
}

/** A request line with the Host and nothing else. */
export function line(requestLine: string): string {
  return get('', requestLine);
}

/** For pipelining: a second request that a handler would notice. */
export const NEXT = get('', 'GET /b HTTP/1.1');
