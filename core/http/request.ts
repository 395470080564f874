import type { z } from 'zod';
import type { ByteSource } from './byte-stream.ts';

/** Unix time, whole seconds. */
export type Seconds = number;

/** Who asks. A session knows when its token was signed; the key's bearer is the owner or a script of theirs. */
export type Caller =
  | { readonly by: 'session'; readonly issuedAt: Seconds }
  | { readonly by: 'key' }
  | { readonly by: 'nobody' };

/** What is known of a request before its body: all that the gate and a socket's handshake decide by. */
export interface RequestHead {
  readonly method: string;
  /** The target's path, in the bytes that were sent; canonical, or the guard had refused it. */
  readonly path: string;
  /** The target's query without `?`, in the bytes that were sent. */
  readonly rawQuery: string;
  /** The client's address (RFC 5952 spelling): the peer's, or the one that a trusted proxy vouches for. */
  readonly ip: string;
  /** The origin that the client addressed, as `scheme://host[:port]`, told by a trusted proxy where one stands in front. */
  readonly origin: string;
  /** The first value of a header, or '' when it was not sent. `name` in lower case. */
  header(name: string): string;
}

export interface Request extends RequestHead {
  readonly caller: Caller;
  /** The decoded values of the `:name` parts of the route's path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /**
   * The body as JSON that fits the schema.
   * Throws HttpError 400 when it is not unambiguous JSON in UTF-8 or does not fit, 415 when it says to be something else.
   */
  json<T>(schema: z.ZodType<T>): T;
  /** The body as an HTML form (application/x-www-form-urlencoded). Throws HttpError 400 or 415. */
  form(): URLSearchParams;
  /** The whole body; its size is within the route's limit. */
  bytes(): Uint8Array;
  /** The body as it comes, on a route with `body: 'stream'`; null when there is none. */
  stream(): ByteSource | null;
  /** All header lines, judged, by lower-case name; what came several times is joined by `, ` (RFC 9110, 5.3). */
  readonly headers: ReadonlyMap<string, string>;
  /** Calls back when the client goes away before its reply is complete; on a route with `body: 'stream'`. */
  onGone(callback: () => void): void;
}
