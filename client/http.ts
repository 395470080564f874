import { StudioError } from './error.ts';
import { fieldsOf, textOf } from './json.ts';

/** How long an answer may take, in ms. */
const PATIENCE_MS = 30_000;

export interface Ask {
  readonly method?: 'GET' | 'POST';
  /** JSON text. */
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly patienceMs?: number;
}

/** Asks Studio. Resolves to the body of a 2xx answer; else throws StudioError, or the signal's reason when that was aborted. */
export type Http = (path: string, ask?: Ask) => Promise<unknown>;

export interface HttpOptions {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
}

export function createHttp({ baseUrl, headers, fetch }: HttpOptions): Http {
  return async (path, { method = 'GET', body, signal, patienceMs = PATIENCE_MS } = {}) => {
    const timeout = AbortSignal.timeout(patienceMs);
    let status: number;
    let text: string;
    try {
      const response = await fetch(baseUrl + path, {
        method,
        headers: body === undefined ? headers : { ...headers, 'Content-Type': 'application/json' },
        ...(body !== undefined && { body }),
        credentials: 'same-origin',
        // Studio redirects no call, and the key must not follow anybody else's redirect.
        redirect: 'manual',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      status = response.status;
      text = await response.text();
    } catch {
      signal?.throwIfAborted();
      throw new StudioError(0, 'Studio cannot be reached. Check your connection, then try again.');
    }
    const answer = parsed(text);
    if (status >= 200 && status < 300) return answer;
    const detail = textOf(fieldsOf(answer)?.detail) ?? `Studio answered with an error (${status}).`;
    throw new StudioError(status, detail, answer);
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
