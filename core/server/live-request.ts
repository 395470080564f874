import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import type { z } from 'zod';
import { type AddressRange, clientAddress, isTrustedPeer } from '../auth/client-address.ts';
import type { ForwardedWatch } from '../auth/forwarded-watch.ts';
import { readForm, readJson } from '../http/body-readers.ts';
import type { ByteSource } from '../http/byte-stream.ts';
import type { Caller, Request } from '../http/request.ts';
import { type HeaderMap, readLines } from './guard.ts';
import type { PendingReply } from './pending-replies.ts';

const NO_BODY = new Uint8Array();
const NO_LINES: HeaderMap = new Map();
const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze({});

// uWebSockets.js takes a name as bytes at half the cost of a string; these are asked for on most requests.
const ENCODED: Readonly<Record<string, ArrayBuffer>> = Object.fromEntries(
  [
    'host',
    'cookie',
    'x-api-key',
    'authorization',
    'content-length',
    'transfer-encoding',
    'accept',
    'accept-encoding',
    'if-none-match',
    'sec-fetch-mode',
    'upgrade',
  ].map((name) => [name, new TextEncoder().encode(name).buffer]),
);
/** What this server itself speaks. */
export type Scheme = 'http' | 'https';

const NOBODY: Caller = Object.freeze({ by: 'nobody' });

/**
 * A request over uWebSockets.js's own, which dies when its callback returns. While that lives, headers are asked for one
 * by one, for nearly all requests need three of them; `detach` copies everything for a handler that goes on longer.
 */
export class LiveRequest implements Request {
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  params = NO_PARAMS;
  caller = NOBODY;
  /** Under which generation of sessions the caller was admitted. */
  generation = 0;
  /** For the log and the metrics; performance.now() in ms. */
  startedAt = 0;
  /** For the metrics, see Measured. */
  row = 0;
  weight = 0;
  #response: HttpResponse;
  #live: HttpRequest | null;
  #headers: HeaderMap | null = null;
  #scheme: Scheme;
  #trustedProxies: readonly AddressRange[];
  #forwardedWatch: ForwardedWatch;
  #peerText: string | null = null;
  #ip: string | null = null;
  #origin: string | null = null;
  #query: URLSearchParams | null = null;
  #body: Uint8Array = NO_BODY;
  #stream: ByteSource | null = null;
  #owed: PendingReply | null = null;

  constructor(
    response: HttpResponse,
    live: HttpRequest,
    method: string,
    path: string,
    rawQuery: string,
    scheme: Scheme,
    trustedProxies: readonly AddressRange[],
    forwardedWatch: ForwardedWatch,
  ) {
    this.#response = response;
    this.#live = live;
    this.method = method;
    this.path = path;
    this.rawQuery = rawQuery;
    this.#scheme = scheme;
    this.#trustedProxies = trustedProxies;
    this.#forwardedWatch = forwardedWatch;
  }

  /** From now on the headers come from this copy, which was read and judged by the guard. */
  useHeaders(headers: HeaderMap): void {
    this.#headers = headers;
  }

  useBody(body: Uint8Array): void {
    this.#body = body;
  }

  /** For a handler that is called before the body is there; `owed` knows when the client goes away. */
  useOwed(owed: PendingReply): void {
    this.#owed = owed;
  }

  useStream(stream: ByteSource): void {
    this.#stream = stream;
  }

  /** Takes what is still needed of uWebSockets.js's objects before they die. Call it within their callback. */
  detach(): void {
    if (this.#live === null) return;
    // Who waits is timed, every one.
    this.startedAt ||= performance.now();
    this.weight = 1;
    // What else there is to know is worked out from these when it is asked for. Asking the system who the peer is costs as
    // much as the rest of a request that is passed on, so there it is put off, and a client that has gone has no address.
    if (this.#owed === null) this.#peer();
    // Judged already, by the first lines: of what may not be repeated, the first stays.
    this.#headers ??= readLines(this.#live).headers;
    this.#live = null;
  }

  header(name: string): string {
    if (this.#headers !== null) return this.#headers.get(name) ?? '';
    return this.#live?.getHeader(ENCODED[name] ?? name) ?? '';
  }

  get ip(): string {
    this.#ip ??= this.#clientAddress();
    return this.#ip;
  }

  get origin(): string {
    this.#origin ??= this.#ownOrigin();
    return this.#origin;
  }

  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.rawQuery);
    return this.#query;
  }

  json<T>(schema: z.ZodType<T>): T {
    return readJson(this, this.#body, schema);
  }

  form(): URLSearchParams {
    return readForm(this, this.#body);
  }

  bytes(): Uint8Array {
    return this.#body;
  }

  stream(): ByteSource | null {
    return this.#stream;
  }

  onGone(callback: () => void): void {
    this.#owed?.onGone(callback);
  }

  get headers(): HeaderMap {
    if (this.#headers === null && this.#live !== null) this.#headers = readLines(this.#live).headers;
    return this.#headers ?? NO_LINES;
  }

  #peer(): string {
    if (this.#owed?.gone) return '';
    this.#peerText ??= Buffer.from(this.#response.getRemoteAddressAsText()).toString('latin1');
    return this.#peerText;
  }

  #clientAddress(): string {
    const peer = this.#peer();
    const forwardedFor = this.#allLines('x-forwarded-for');
    const address = clientAddress(peer, forwardedFor, this.#trustedProxies);
    if (forwardedFor !== '' && !isTrustedPeer(peer, this.#trustedProxies)) this.#forwardedWatch.see(address);
    return address;
  }

  /**
   * A header that lists one value per proxy. HAProxy adds a line of its own below what the client sent, so the first line
   * alone would be the client's word.
   */
  #allLines(name: string): string {
    const first = this.header(name);
    // The guard's copy has the lines joined already.
    if (first === '' || this.#headers !== null || this.#live === null) return first;
    const values: string[] = [];
    this.#live.forEach((lineName, value) => {
      if (lineName === name) values.push(value);
    });
    return values.join(', ');
  }

  #ownOrigin(): string {
    const host = this.header('host');
    if (this.#trustedProxies.length === 0 || !isTrustedPeer(this.#peer(), this.#trustedProxies)) {
      return `${this.#scheme}://${host}`;
    }
    // The last value is the trusted proxy's own; what stands before it was sent to the proxy.
    const forwardedProto = lastOf(this.#allLines('x-forwarded-proto')) || this.#scheme;
    const proto = forwardedProto === 'https' ? 'https' : 'http';
    return `${proto}://${lastOf(this.#allLines('x-forwarded-host')) || host}`;
  }
}

function lastOf(list: string): string {
  return list.slice(list.lastIndexOf(',') + 1).trim();
}
