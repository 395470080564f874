import {
  type CallOptions,
  type ListedRun,
  listedRuns,
  type StartedRun,
  startedRunOf,
  understood,
} from './answers.ts';
import { queryOf } from './file-calls.ts';
import { runOf } from './frames.ts';
import type { Http } from './http.ts';
import { type Fields, fieldsOf, listOf, numberOf, parseFields, textOf } from './json.ts';
import { memberOf } from './json-text.ts';
import type { NodeTiming, PromptId, RunProgress } from './wire.ts';

export interface HistoryQuery extends CallOptions {
  readonly limit?: number | undefined;
  /** The `next` of the page before. */
  readonly before?: string | undefined;
  /** Only runs that were queued then or later. */
  readonly since?: Date | undefined;
  /** Only runs that were queued before. */
  readonly until?: Date | undefined;
  readonly status?: RunProgress['status'] | readonly RunProgress['status'][] | undefined;
}

export interface History {
  /** Newest first. */
  readonly runs: readonly ListedRun[];
  /** For `before`, to get older ones; null when there are none. */
  readonly next: string | null;
}

const NODE_STATES: readonly NodeTiming['state'][] = ['running', 'finished', 'cached', 'failed', 'stopped'];

/** All that is remembered of a run. */
export interface HistoryEntry {
  readonly run: RunProgress;
  /** What ComfyUI held against nodes that it left out. */
  readonly node_errors: Fields;
  /** How long each node took. Those of which nothing is known are left out; empty from an older Studio. */
  readonly timings: readonly NodeTiming[];
  /** The workflow in API format, as JSON text: its seeds have all their digits. `{}` when it is not known. */
  readonly prompt: string;
}

export interface RetryOptions extends CallOptions {
  /** Queue it before all that waits. */
  readonly front?: boolean | undefined;
}

/** The calls about runs that are remembered. Every one throws StudioError. */
export interface HistoryCalls {
  history(query?: HistoryQuery): Promise<History>;
  /** 404 when Studio does not know the run. */
  historyEntry(promptId: PromptId, options?: CallOptions): Promise<HistoryEntry>;
  /** Queues the same workflow once more, seeds included. 404 when the run is not known, 409 when its workflow is not. */
  retry(promptId: PromptId, options?: RetryOptions): Promise<StartedRun>;
  /** Forgets runs that are over; their files stay. At most 1000 at once, or 'all'. Resolves to those that it forgot. */
  deleteHistory(which: readonly PromptId[] | 'all', options?: CallOptions): Promise<readonly PromptId[]>;
}

export function createHistoryCalls(http: Http): HistoryCalls {
  return {
    async history({ limit, before, status, since, until, signal } = {}) {
      const times = { since: since?.toISOString(), until: until?.toISOString() };
      const path = `/api/admin/history${queryOf({ limit, before, status, ...times })}`;
      const fields = understood(fieldsOf(await http(path, { signal })));
      const { next } = fields;
      return {
        runs: listedRuns(fields.runs),
        next: typeof next === 'number' ? String(next) : textOf(next),
      };
    },
    async historyEntry(promptId, { signal } = {}) {
      return understood(
        entryOf(await http.text(`/api/admin/history/${encodeURIComponent(promptId)}`, { signal })),
      );
    },
    async retry(promptId, { front, signal } = {}) {
      const body = JSON.stringify({ prompt_id: promptId, front });
      const answer = await http('/api/admin/history/retry', { method: 'POST', body, signal });
      return understood(startedRunOf(fieldsOf(answer)));
    },
    async deleteHistory(which, { signal } = {}) {
      const body = JSON.stringify(which === 'all' ? { all: true } : { prompt_ids: which });
      const answer = await http('/api/admin/history/delete', { method: 'POST', body, signal });
      const { deleted } = understood(fieldsOf(answer));
      return listOf(deleted).flatMap((id) => textOf(id) ?? []);
    },
  };
}

function entryOf(text: string): HistoryEntry | null {
  const fields = parseFields(text);
  const progress = fieldsOf(fields?.run);
  const run = progress && runOf(progress);
  if (fields === null || run === null) return null;
  const prompt = memberOf(text, 'prompt');
  return {
    run,
    node_errors: fieldsOf(fields.node_errors) ?? {},
    timings: listOf(fields.timings).flatMap((timing) => timingOf(fieldsOf(timing) ?? {})),
    prompt: prompt === null ? '{}' : text.slice(prompt.start, prompt.end),
  };
}

function timingOf(fields: Fields): NodeTiming[] {
  const node_id = textOf(fields.node_id);
  const state = NODE_STATES.find((known) => known === fields.state);
  if (node_id === null || state === undefined) return [];
  return [{ node_id, state, started_at: textOf(fields.started_at), seconds: numberOf(fields.seconds) }];
}
