import { baseUrlOf } from './base-url.ts';
import { askStatus, type Calls, createCalls } from './calls.ts';
import { createHttp } from './http.ts';
import { TIMING, type Timing } from './retry.ts';
import type { Dial } from './socket.ts';
import { createStream, type Stream } from './stream.ts';
import type { PromptId } from './wire.ts';

export interface ConnectOptions {
  /** Where Studio is, with the path before /api when it has one. In a page, its own origin is the default. */
  readonly url?: string | undefined;
  /** Sent with every call and with the handshake. Not in a browser: there the session's cookie vouches. */
  readonly apiKey?: string | undefined;
  /** Sent in the same way, to get past a proxy in front of Studio, say. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Which previews the stream carries: none (default), images alone, or images that name their run and node. */
  readonly previews?: 'off' | 'raw' | 'tagged' | undefined;
  /** The stream is about this run only. */
  readonly promptId?: PromptId | undefined;
  /** The newest event that is known: the stream begins with those after it. Without it, with the latest 20. */
  readonly since?: number | undefined;
  readonly fetch?: typeof fetch | undefined;
}

/** The calls and the stream, without the loops over it: what a page needs that counts its kilobytes. */
export type Client = Calls & Stream;

/** `dial` is the runtime's. Throws TypeError when the URL cannot be used. */
export function createClient(
  options: ConnectOptions & { readonly url: string },
  dial: Dial,
  timing: Timing = TIMING,
): Client {
  const { apiKey, previews = 'off', promptId, since } = options;
  const baseUrl = baseUrlOf(options.url);
  const headers = { ...options.headers, ...(apiKey !== undefined && { 'X-API-Key': apiKey }) };
  const http = createHttp({ baseUrl, headers, fetch: options.fetch ?? ((...ask) => fetch(...ask)) });
  const stream = createStream({
    baseUrl,
    headers,
    dial,
    askStatus: (check) => askStatus(http, check),
    previews,
    promptId,
    since,
    timing,
  });
  return { ...createCalls(http), ...stream };
}
