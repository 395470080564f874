import { stringify } from 'lossless-json';
import type { z } from 'zod';
import { mayRound, parseExactJson } from '../exact-json.ts';
import {
  Accepted,
  HistoryAnswer,
  type PastRun,
  PastRunAnswer,
  type Queue,
  QueueAnswer,
  refusalReason,
  type SystemStats,
  SystemStatsAnswer,
} from './comfyui-answers.ts';
import { CallFailed, createHttpCalls } from './http-calls.ts';
import { parsePythonJson } from './python-json.ts';
import type { HistoryVerdict } from './reduce.ts';
import type { PromptId } from './run.ts';
import { ComfyuiRefusal, ComfyuiUnreachable, type RunAccepted, type RunRequest } from './runs.ts';

export interface Submission extends RunRequest {
  readonly promptId: PromptId;
  /** The socket that gets the run's frames. */
  readonly clientId: string;
}

/**
 * ComfyUI's HTTP API, as far as runs need it. Every call throws ComfyuiRefusal when ComfyUI says no (4xx), and
 * ComfyuiUnreachable when it does not answer in time, breaks off, fails (5xx), or answers what is not understood.
 */
export interface Comfyui {
  submit(submission: Submission): Promise<RunAccepted>;
  /** Workflows of runs that are not known are read exactly, seeds beyond 2^53 included. */
  queue(isKnown?: (id: PromptId) => boolean): Promise<Queue>;
  /** How the run ended; null when it is not over, or not known. */
  history(id: PromptId): Promise<HistoryVerdict | null>;
  /** A run that is over, with its workflow; null when it is not over, or not known. */
  pastRun(id: PromptId): Promise<PastRun | null>;
  /** Stops the run if it is the running one; else it does nothing. */
  interrupt(id: PromptId): Promise<void>;
  /** Takes the run out of the queue if it still waits there; else it does nothing. */
  deleteFromQueue(id: PromptId): Promise<void>;
  /** Takes runs out of its history. */
  deleteFromHistory(ids: readonly PromptId[]): Promise<void>;
  systemStats(): Promise<SystemStats>;
  close(): void;
}

export interface ComfyuiOptions {
  /** The value for Authorization; null sends none. */
  readonly authorization?: string | null;
  /** How long any one call may take, in milliseconds. */
  readonly timeoutMs?: number;
  /** The same for POST /prompt, where custom nodes validate their inputs. */
  readonly submitTimeoutMs?: number;
  /** The longest answer that is read, in bytes. */
  readonly maxAnswerBytes?: number;
}

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  readonly timeoutMs?: number;
}

/** `url` is ComfyUI's base address, http or https; it may have a path. Origin is never sent: ComfyUI compares it to Host. */
export function createComfyui(url: string, options: ComfyuiOptions = {}): Comfyui {
  const { timeoutMs = 10_000, submitTimeoutMs = 60_000, maxAnswerBytes = 64 * 1024 * 1024 } = options;
  const base = new URL(url);
  const prefix = base.pathname.replace(/\/+$/, '');
  const ownHeaders: Record<string, string> = options.authorization
    ? { authorization: options.authorization }
    : {};
  const http = createHttpCalls(base, { connectTimeoutMs: timeoutMs, maxAnswerBytes });

  async function call({ method, path, body, timeoutMs: limit = timeoutMs }: Call): Promise<string> {
    const { status, text } = await http
      .call({
        method,
        path: prefix + path,
        headers: body === undefined ? ownHeaders : { ...ownHeaders, 'content-type': 'application/json' },
        // Seeds go up to 2^64 and come as bigints, which JSON.stringify does not write.
        body: body === undefined ? null : (stringify(body) ?? null),
        timeoutMs: limit,
      })
      .catch((error: unknown) => {
        throw unreachable(`${method} ${path}`, error);
      });
    if (status >= 400 && status < 500) throw refusal(status, text);
    if (status !== 200) throw new ComfyuiUnreachable(`${method} ${path} answered ${status}`);
    return text;
  }

  async function ask<T>(schema: z.ZodType<T>, request: Call): Promise<T> {
    return understood(schema, request, parsePythonJson(await call(request)));
  }

  function understood<T>(schema: z.ZodType<T>, request: Call, answer: unknown): T {
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new ComfyuiUnreachable(`${request.method} ${request.path} gave an answer that is not understood`, {
      cause: parsed.error,
    });
  }

  return {
    submit: ({ prompt, promptId, clientId, extra_data, front }) =>
      ask(Accepted, {
        method: 'POST',
        path: '/prompt',
        body: {
          prompt,
          prompt_id: promptId,
          client_id: clientId,
          extra_data,
          ...(front === true && { front }),
        },
        timeoutMs: submitTimeoutMs,
      }),
    async queue(isKnown = () => true) {
      const request = { method: 'GET', path: '/queue' } as const;
      const text = await call(request);
      const queue = understood(QueueAnswer, request, parsePythonJson(text));
      const allKnown = [...queue.running, ...queue.pending].every((item) => isKnown(item.promptId));
      // To read without rounding takes ten times as long, and is owed to each workflow once.
      return allKnown || !mayRound(text)
        ? queue
        : understood(QueueAnswer, request, parsePythonJson(text, parseExactJson));
    },
    async history(id) {
      const answer = await ask(HistoryAnswer, { method: 'GET', path: `/history/${encodeURIComponent(id)}` });
      return (Object.hasOwn(answer, id) ? answer[id] : undefined) ?? null;
    },
    async pastRun(id) {
      const request = { method: 'GET', path: `/history/${encodeURIComponent(id)}` } as const;
      const text = await call(request);
      const answer = understood(PastRunAnswer, request, parsePythonJson(text, parseExactJson));
      return (Object.hasOwn(answer, id) ? answer[id] : undefined) ?? null;
    },
    async interrupt(id) {
      await call({ method: 'POST', path: '/interrupt', body: { prompt_id: id } });
    },
    async deleteFromQueue(id) {
      await call({ method: 'POST', path: '/queue', body: { delete: [id] } });
    },
    async deleteFromHistory(ids) {
      await call({ method: 'POST', path: '/history', body: { delete: ids } });
    },
    systemStats: () => ask(SystemStatsAnswer, { method: 'GET', path: '/system_stats' }),
    close() {
      http.close();
    },
  };
}

function unreachable(what: string, cause: unknown): ComfyuiUnreachable {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const maybeReceived = !(cause instanceof CallFailed) || cause.maybeReceived;
  return new ComfyuiUnreachable(`${what}: ${reason}`, { cause, maybeReceived });
}

function refusal(status: number, text: string): ComfyuiRefusal {
  const body = parsePythonJson(text) ?? text;
  return new ComfyuiRefusal(status, body, refusalReason(status, body));
}
