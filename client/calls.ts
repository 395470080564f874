import {
  type CallOptions,
  type ListedRun,
  listedRuns,
  type StartedRun,
  startedRunOf,
  understood,
} from './answers.ts';
import { StudioError } from './error.ts';
import { createFileCalls, type FileCalls } from './file-calls.ts';
import { runOf } from './frames.ts';
import { createHistoryCalls, type HistoryCalls } from './history-calls.ts';
import { type Http, PATIENCE_MS } from './http.ts';
import { type Fields, fieldsOf, numberOf } from './json.ts';
import type { Prompt, PromptId, RunProgress } from './wire.ts';

/** Who this client is to Studio. Times in Unix seconds. */
export type Session =
  | { readonly by: 'key' }
  | { readonly by: 'session'; readonly issued_at: number; readonly expires_at: number };

export interface StartOptions extends CallOptions {
  /** Queue it before all that waits. */
  readonly front?: boolean | undefined;
  /** Handed on to ComfyUI as `extra_data`. */
  readonly extraData?: Readonly<Record<string, unknown>> | undefined;
  /** What the run is called in lists. */
  readonly title?: string | undefined;
  /** Answer when the run is over, or after so many seconds (at most 90): `run` is then how it is. */
  readonly wait?: number | undefined;
}

export interface Queue {
  readonly running: readonly ListedRun[];
  readonly pending: readonly ListedRun[];
}

/** Studio's HTTP API. Every call throws StudioError. */
export interface Calls extends FileCalls, HistoryCalls {
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
}

export function createCalls(http: Http): Calls {
  return {
    session: async ({ signal } = {}) => understood(sessionOf(fieldsOf(await http(SESSION, { signal })))),
    async start(workflow: Prompt | string, { front, extraData, title, wait, signal }: StartOptions = {}) {
      const body =
        typeof workflow === 'string'
          ? workflow
          : JSON.stringify({ prompt: workflow, extra_data: extraData, front, title, wait });
      const patienceMs = PATIENCE_MS + (wait ?? 0) * 1000;
      const answer = await http('/api/run', { method: 'POST', body, signal, patienceMs });
      return understood(startedRunOf(fieldsOf(answer)));
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
    ...createFileCalls(http),
    ...createHistoryCalls(http),
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

function sessionOf(fields: Fields | null): Session | null {
  if (fields?.by === 'key') return { by: 'key' };
  const issued_at = numberOf(fields?.issued_at);
  const expires_at = numberOf(fields?.expires_at);
  return issued_at === null || expires_at === null ? null : { by: 'session', issued_at, expires_at };
}
