import { StudioError } from './error.ts';
import { fieldsOf, textOf } from './json.ts';

/** How long an answer may take, in ms. */
export const PATIENCE_MS = 30_000;

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT';
  /** JSON text, or a form. */
  readonly body?: string | FormData | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  readonly patienceMs?: number;
}

export interface Http {
  /** Asks Studio. Resolves to the body of a 2xx answer; else throws StudioError, or the signal's reason when that was aborted. */
  (path: string, ask?: Ask): Promise<unknown>;
  /** The same for the text of the answer, as it came. */
  text(path: string, ask?: Ask): Promise<string>;
  /** The same for a file: its body is still to be read, for which there is no time limit, and the signal breaks that off too. */
  file(path: string, ask?: Ask): Promise<Response>;
}

export interface HttpOptions {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
}

export function createHttp({ baseUrl, headers: always, fetch }: HttpOptions): Http {
  function send(path: string, { method = 'GET', body, headers }: Ask, signal: AbortSignal) {
    const json = typeof body === 'string' ? { 'Content-Type': 'application/json' } : undefined;
    return fetch(baseUrl + path, {
      method,
      headers: { ...always, ...headers, ...json },
      ...(body !== undefined && { body }),
      credentials: 'same-origin',
      // Studio redirects no call, and the key must not follow anybody else's redirect.
      redirect: 'manual',
      signal,
    });
  }

  async function text(path: string, ask: Ask = {}): Promise<string> {
    const timeout = AbortSignal.timeout(ask.patienceMs ?? PATIENCE_MS);
    const answer = await orUnreachable(ask.signal, async () => {
      const response = await send(path, ask, eitherOf(timeout, ask.signal));
      return { status: response.status, body: await response.text() };
    });
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    throw refusal(answer.status, answer.body);
  }

  async function file(path: string, ask: Ask = {}): Promise<Response> {
    const tooLate = new AbortController();
    const timer = setTimeout(() => tooLate.abort(), ask.patienceMs ?? PATIENCE_MS);
    try {
      const response = await orUnreachable(ask.signal, () =>
        send(path, ask, eitherOf(tooLate.signal, ask.signal)),
      );
      if (response.ok) return response;
      throw refusal(response.status, await orUnreachable(ask.signal, () => response.text()));
    } finally {
      clearTimeout(timer);
    }
  }

  return Object.assign(async (path: string, ask?: Ask) => parsed(await text(path, ask)), { text, file });
}

async function orUnreachable<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch {
    signal?.throwIfAborted();
    throw new StudioError(0, 'Studio cannot be reached. Check your connection, then try again.');
  }
}

function eitherOf(one: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other === undefined ? one : AbortSignal.any([one, other]);
}

function refusal(status: number, text: string): StudioError {
  const answer = parsed(text);
  const detail = textOf(fieldsOf(answer)?.detail) ?? `Studio answered with an error (${status}).`;
  return new StudioError(status, detail, answer);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
