import { StudioError } from './error.ts';
import { runOf } from './frames.ts';
import type { Http } from './http.ts';
import { type Fields, fieldsOf, listOf, numberOf, textOf } from './json.ts';
import type { Prompt, PromptId, RunProgress } from './wire.ts';

/** Who this client is to Studio. Times in Unix seconds. */
export type Session =
  | { readonly by: 'key' }
  | { readonly by: 'session'; readonly issued_at: number; readonly expires_at: number };

export interface CallOptions {
  /** Ends the waiting for an answer; what Studio has begun to do it still does. */
  readonly signal?: AbortSignal | undefined;
}

export interface StartOptions extends CallOptions {
  /** Queue it before all that waits. */
  readonly front?: boolean | undefined;
  /** Handed on to ComfyUI as `extra_data`. */
  readonly extraData?: Readonly<Record<string, unknown>> | undefined;
  /** What the run is called in lists. */
  readonly title?: string | undefined;
}

/** ComfyUI took the run. `node_errors` is not empty when it leaves some of the outputs out. */
export interface StartedRun {
  readonly prompt_id: PromptId;
  readonly number: number;
  readonly node_errors: Fields;
}

/** A run in a list; which other members it has depends on Studio's version. */
export interface ListedRun extends Fields {
  readonly prompt_id: PromptId;
}

export interface Queue {
  readonly running: readonly ListedRun[];
  readonly pending: readonly ListedRun[];
}

export interface HistoryQuery extends CallOptions {
  readonly limit?: number | undefined;
  /** The `next` of the page before. */
  readonly before?: string | undefined;
  readonly status?: RunProgress['status'] | undefined;
}

export interface History {
  /** Newest first. */
  readonly runs: readonly ListedRun[];
  /** For `before`, to get older ones; null when there are none. */
  readonly next: string | null;
}

/** Studio's HTTP API. Every call throws StudioError. */
export interface Calls {
  /** Who am I. 401 when nobody. */
  session(options?: CallOptions): Promise<Session>;
  /**
   * Queues a workflow in API format. A text is taken for the whole body of POST /api/run, `{"prompt": ...}`, and sent as it is:
   * a seed can have more digits than a JavaScript number keeps.
   * 400 with ComfyUI's `node_errors` in the error's body when it refuses. After status 0 it may be queued all the same.
   */
  start(prompt: Prompt, options?: StartOptions): Promise<StartedRun>;
  start(body: string, options?: CallOptions): Promise<StartedRun>;
  /** The run's progress now. 404 when Studio does not know it. */
  status(promptId: PromptId, options?: CallOptions): Promise<RunProgress>;
  /** Takes a run out of the queue or interrupts it; it has ended when its progress says so. 409 when it is over already. */
  cancel(promptId: PromptId, options?: CallOptions): Promise<void>;
  queue(options?: CallOptions): Promise<Queue>;
  history(query?: HistoryQuery): Promise<History>;
}

export function createCalls(http: Http): Calls {
  return {
    session: async ({ signal } = {}) => understood(sessionOf(fieldsOf(await http(SESSION, { signal })))),
    async start(workflow: Prompt | string, { front, extraData, title, signal }: StartOptions = {}) {
      const body =
        typeof workflow === 'string'
          ? workflow
          : JSON.stringify({ prompt: workflow, extra_data: extraData, front, title });
      return understood(startedRunOf(fieldsOf(await http('/api/run', { method: 'POST', body, signal }))));
    },
    async status(promptId, { signal } = {}) {
      const fields = fieldsOf(await http(`/api/run/status/${encodeURIComponent(promptId)}`, { signal }));
      return understood(fields && runOf(fields));
    },
    async cancel(promptId, { signal } = {}) {
      await http(`/api/run/cancel/${encodeURIComponent(promptId)}`, { method: 'POST', signal });
    },
    async queue({ signal } = {}) {
      const fields = understood(fieldsOf(await http('/api/admin/queue', { signal })));
      return { running: listedRuns(fields.running), pending: listedRuns(fields.pending) };
    },
    async history({ limit, before, status, signal } = {}) {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries({ limit, before, status }))
        if (value !== undefined) query.set(name, String(value));
      const path = query.size === 0 ? '/api/admin/history' : `/api/admin/history?${query}`;
      const fields = understood(fieldsOf(await http(path, { signal })));
      const { next } = fields;
      return {
        runs: listedRuns(fields.runs),
        next: typeof next === 'number' ? String(next) : textOf(next),
      };
    },
  };
}

/** How long such a question may take, in ms. */
const CHECK_MS = 5000;

const SESSION = '/api/auth/session';

/** Whether this caller is let in, or only whether Studio is there, which does not prolong a session. */
export type Check = 'session' | 'health';

/** The status that Studio answers with: 200, 401, 503 in maintenance; 0 when it cannot be reached. */
export async function askStatus(http: Http, check: Check): Promise<number> {
  try {
    await http(check === 'session' ? SESSION : '/api/health', { patienceMs: CHECK_MS });
    return 200;
  } catch (error) {
    return error instanceof StudioError ? error.status : 0;
  }
}

function understood<T>(answer: T | null): T {
  if (answer === null) throw new StudioError(0, 'What answered does not speak as Studio does.');
  return answer;
}

function sessionOf(fields: Fields | null): Session | null {
  if (fields?.by === 'key') return { by: 'key' };
  const issued_at = numberOf(fields?.issued_at);
  const expires_at = numberOf(fields?.expires_at);
  return issued_at === null || expires_at === null ? null : { by: 'session', issued_at, expires_at };
}

function startedRunOf(fields: Fields | null): StartedRun | null {
  const prompt_id = textOf(fields?.prompt_id);
  if (fields === null || prompt_id === null) return null;
  return { prompt_id, number: numberOf(fields.number) ?? 0, node_errors: fieldsOf(fields.node_errors) ?? {} };
}

function listedRuns(value: unknown): ListedRun[] {
  return listOf(value).flatMap((item) => {
    const fields = fieldsOf(item);
    const prompt_id = textOf(fields?.prompt_id);
    return prompt_id === null ? [] : [{ ...fields, prompt_id }];
  });
}
