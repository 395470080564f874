import t from 'tap';
import type { Context } from '../../../core/context.ts';
import type { Reply } from '../../../core/http/reply.ts';
import type { Request } from '../../../core/http/request.ts';
import type { HistoryQuery, RunRecord } from '../../../core/runs/archive.ts';
import type { RunRequest, Runs } from '../../../core/runs/runs.ts';
import { deleteHistory } from '../../../handlers/admin/delete-history.ts';
import { events } from '../../../handlers/admin/events.ts';
import { history } from '../../../handlers/admin/history.ts';
import { historyEntry } from '../../../handlers/admin/history-entry.ts';
import { queue } from '../../../handlers/admin/queue.ts';
import { retry } from '../../../handlers/admin/retry.ts';
import { makeContext, makeRequest } from '../../support/handler.ts';
import { runProgress } from '../../support/run-progress.ts';

const SEED = 18_446_744_073_709_551_557n;
const PROMPT = { '1': { class_type: 'A', inputs: { seed: SEED } } };
const RUN = runProgress({ prompt_id: 'p1', title: 'A lake' });
const TIMING = {
  node_id: '3',
  state: 'finished',
  started_at: '2026-01-01T12:00:01.000Z',
  seconds: 1.5,
} as const;
const RECORD: RunRecord = { run: RUN, accepted: true, nodeErrors: { 9: { errors: [] } } };

async function withRuns(runs: Partial<Runs>): Promise<Context> {
  const context = await makeContext();
  return { ...context, runs: { ...context.runs, ...runs } };
}

const body = (reply: Reply): unknown => JSON.parse(String(reply.body));
const refusal = (status: number, detail = /./) =>
  Object.assign(new Error(), { name: 'HttpError', status, message: detail });
const posted = (value: unknown): Request => makeRequest({ method: 'POST', body: JSON.stringify(value) });

t.test('GET /api/admin/queue: what runs and what waits, in order', async (t) => {
  const at = (id: string, rest: object) => runProgress({ prompt_id: id, ...rest });
  const list = [
    at('r', { status: 'running' }),
    at('a', {}),
    at('b', {}),
    at('x', { status: 'completed', ended_at: RUN.queued_at }),
  ];
  const reply = queue(await withRuns({ connected: true, list: () => list }));
  t.same(body(reply), { comfyui_connected: true, running: [list[0]], pending: [list[1], list[2]] });
});

t.test('GET /api/admin/history: the query is read, and refused when it is wrong', async (t) => {
  const asked: HistoryQuery[] = [];
  const context = await withRuns({
    history(query) {
      asked.push(query);
      return { runs: [RUN], next: 7 };
    },
  });
  t.same(body(history(context, makeRequest())), { runs: [RUN], next: 7 });
  history(context, makeRequest({ query: 'limit=5&before=9&status=completed,error&limit=6&other=1' }));
  history(
    context,
    makeRequest({ query: 'since=2026-01-02T00:00:00.000Z&until=2026-01-02T03:00:00%2B02:00' }),
  );
  t.same(asked, [
    { limit: 50, before: undefined, statuses: undefined, since: undefined, until: undefined },
    { limit: 5, before: 9, statuses: ['completed', 'error'], since: undefined, until: undefined },
    {
      limit: 50,
      before: undefined,
      statuses: undefined,
      since: Date.UTC(2026, 0, 2),
      until: Date.UTC(2026, 0, 2, 1),
    },
  ]);
  for (const query of [
    'limit=0',
    'limit=501',
    'limit=x',
    'before=-1',
    'status=done',
    'status=',
    'status=error,x',
    'since=1767312000000',
    'since=2026-01-02',
    'since=2026-02-30T00:00:00Z',
    'until=',
    'until=2026-01-02T00:00:00Z&since=2026-01-02T00:00:00Z',
  ]) {
    const name = query.split('=')[0] ?? '';
    t.throws(() => history(context, makeRequest({ query })), refusal(400, new RegExp(name)), query);
  }
});

t.test('GET /api/admin/history/{prompt_id}: all of a run, its seed to the last digit', async (t) => {
  const context = await withRuns({
    record: (id) => (id === 'p1' ? RECORD : undefined),
    promptOf: () => PROMPT,
    timingsOf: () => [TIMING],
  });
  const reply = historyEntry(context, makeRequest({ params: { prompt_id: 'p1' } }));
  t.match(String(reply.body), `"seed":${SEED}`);
  t.match(body(reply), { run: RUN, node_errors: { 9: { errors: [] } }, timings: [TIMING] });
  t.throws(() => historyEntry(context, makeRequest({ params: { prompt_id: 'p2' } })), refusal(404));
  const unanswered = await withRuns({ record: () => ({ ...RECORD, accepted: false }) });
  t.throws(() => historyEntry(unanswered, makeRequest({ params: { prompt_id: 'p1' } })), refusal(404));
});

t.test('POST /api/admin/history/delete: some, or all, said plainly', async (t) => {
  const asked: unknown[] = [];
  const context = await withRuns({
    async erase(ids) {
      asked.push(ids);
      return ['a'];
    },
  });
  t.same(body(await deleteHistory(context, posted({ prompt_ids: ['a', 'b'] }))), { deleted: ['a'] });
  await deleteHistory(context, posted({ all: true }));
  t.same(asked, [['a', 'b'], 'all']);
  const wrong = [
    {},
    { all: false },
    { prompt_ids: [] },
    { prompt_ids: 'a' },
    { prompt_ids: ['a'], all: true },
    [],
  ];
  for (const value of wrong)
    await t.rejects(deleteHistory(context, posted(value)), refusal(400), JSON.stringify(value));
  t.equal(asked.length, 2);
});

t.test('POST /api/admin/history/retry: the stored workflow again, as it was', async (t) => {
  const submitted: RunRequest[] = [];
  const accepted = { prompt_id: 'p2', number: 3, node_errors: {} };
  const runs: Partial<Runs> = {
    record: (id) => (id === 'p1' ? RECORD : undefined),
    promptOf: (id) => (id === 'p1' ? PROMPT : undefined),
    async submit(request) {
      submitted.push(request);
      return accepted;
    },
  };
  const context = await withRuns(runs);
  t.same(body(await retry(context, posted({ prompt_id: 'p1', front: true }))), accepted);
  t.same(submitted, [{ prompt: PROMPT, front: true, title: 'A lake' }]);
  await t.rejects(retry(context, posted({ prompt_id: 'p2' })), refusal(404));
  await t.rejects(retry(context, posted({})), refusal(400));
  const unknown = await withRuns({ ...runs, promptOf: () => ({}) });
  await t.rejects(retry(unknown, posted({ prompt_id: 'p1' })), refusal(409), 'a workflow that nobody saw');
});

t.test('GET /api/admin/events: the latest, by type and severity, page by page', async (t) => {
  const context = await makeContext();
  for (let number = 0; number < 5; number += 1)
    context.events.append({ type: 'job.failed', severity: 'error', message: String(number) });
  context.events.append({ type: 'auth.login', severity: 'info', message: 'login' });
  const ids = (await context.events.since(0)).map(({ id }) => id);
  const ask = async (query: string) => {
    const { events: found, next } = body(await events(context, makeRequest({ query }))) as {
      events: { message: string }[];
      next: number | null;
    };
    return [found.map(({ message }) => message).join(' '), next];
  };
  t.same(await ask(''), ['login 4 3 2 1 0', null]);
  t.same(await ask('limit=2'), ['login 4', ids[4]]);
  t.same(await ask(`limit=3&before=${ids[4]}`), ['3 2 1', ids[1]]);
  t.same(await ask(`types=job.failed,auth.failed&since=${ids[2]}`), ['4 3', null]);
  t.same(await ask('severity=info,warning'), ['login', null]);
  t.same(await ask('audit=1'), ['login', null]);
  t.same(await ask('types=auth.*'), ['login', null]);
  t.same(await ask('ip=203.0.113.7'), ['', null]);
  for (const query of ['audit=yes', 'types=*', 'types=auth.*x', 'ip=here'])
    await t.rejects(events(context, makeRequest({ query })), refusal(400), query);
  for (const query of ['limit=0', 'types=', "types=a'b", 'severity=bad', 'since=x'])
    await t.rejects(events(context, makeRequest({ query })), refusal(400), query);
});
