/** What a row may use to write its request. */
export interface Given {
  /** The right key. */
  readonly key: string;
  /** `session=` and a token that is valid now. */
  readonly cookie: string;
  /** A token for this timestamp, signed with the right key whatever it says. */
  readonly token: (timestamp: string | number) => string;
  /** Unix seconds. */
  readonly now: number;
  /** Studio's own host and port. */
  readonly host: string;
}

/**
 * One hostile request, and what must come of it. Of every row is asserted as well: no upstream request, no run, no
 * Set-Cookie and no event but those that the row names, and that the server still answers after it.
 */
export interface Row {
  readonly name: string;
  /** Why it is tried: what somebody gets who is believed, or not refused. */
  readonly why: string;
  /** The bytes, as latin1; several strings are several packets. */
  readonly send: Bytes | ((given: Given) => Bytes);
  /** The status of each reply in order, or those that it may have. */
  readonly replies: readonly (number | readonly number[])[];
  /** What becomes of the connection. 'open': it can be used on, and is in step. */
  readonly connection: 'open' | 'closed';
  readonly head?: true;
  /** The first reply's body matches. */
  readonly body?: RegExp;
  /** The first reply's header lines match, as `name: value`. */
  readonly headers?: RegExp;
  /** A Set-Cookie is right here. */
  readonly cookie?: true;
  /** The types of the events that it leaves. */
  readonly events?: readonly string[];
  /** The answer may be lost: the connection is reset while the client still sends. */
  readonly mayBeCut?: true;
}

type Bytes = string | readonly string[];

/** A request's head, with a Host unless told otherwise. */
export function head(requestLine: string, headers: readonly string[] = [], host = 'Host: studio'): string {
  return [requestLine, ...(host === '' ? [] : [host]), ...headers, '', ''].join('\r\n');
}

export function get(target: string, ...headers: string[]): string {
  return head(`GET ${target} HTTP/1.1`, headers);
}

/** A POST with its body and a right Content-Length. */
export function post(target: string, body: string, ...headers: string[]): string {
  return head(`POST ${target} HTTP/1.1`, [`Content-Length: ${body.length}`, ...headers]) + body;
}

/** Rows that differ in one thing only. `cases` are [what is sent in the place, why]. */
export function rowsFor(
  cases: readonly (readonly [string, string])[],
  row: (sent: string) => Omit<Row, 'name' | 'why'> & { readonly name?: string },
): Row[] {
  return cases.map(([sent, why]) => ({ name: visible(sent), why, ...row(sent) }));
}

/** Control characters and what is not ASCII, as escapes. */
export function visible(text: string): string {
  const short = text.length > 90 ? `${text.slice(0, 80)}… (${text.length} bytes)` : text;
  return JSON.stringify(short)
    .slice(1, -1)
    .replace(/[^\x20-\x7e…]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A workflow that ComfyUI would take: if it gets through, there is a run. */
export const WORKFLOW = JSON.stringify({
  prompt: { 1: { class_type: 'EmptyImage', inputs: { width: 8, height: 8, batch_size: 1, color: 0 } } },
});
