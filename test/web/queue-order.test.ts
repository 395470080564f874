import t from 'tap';
import { sortRuns } from '../../web/queue-order.ts';
import { runProgress } from '../support/run-progress.ts';

const run = (prompt_id: string, status: 'running' | 'queued' | 'completed', minute: number) =>
  runProgress({ prompt_id, status, queued_at: `2026-01-01T12:${minute}:00Z` });

t.test('the queue stands in the order in which it is going to run', async (t) => {
  const runs = [
    run('a', 'queued', 11),
    run('b', 'queued', 12),
    run('front', 'queued', 13),
    run('new', 'queued', 14),
    run('now', 'running', 10),
    run('done', 'completed', 9),
  ];
  const sorted = sortRuns(runs, ['front', 'a', 'b']);
  t.same(
    sorted.open.map(({ prompt_id }) => prompt_id),
    ['now', 'front', 'a', 'b', 'new'],
    'one that the answer does not know yet is last',
  );
  t.same(
    [...sorted.positions],
    [
      ['front', 1],
      ['a', 2],
      ['b', 3],
      ['new', 4],
    ],
  );
  t.same(
    sorted.over.map(({ prompt_id }) => prompt_id),
    ['done'],
  );
  t.same(
    sortRuns(runs, []).open.map(({ prompt_id }) => prompt_id),
    ['now', 'a', 'b', 'front', 'new'],
    'as they came, until the order is known',
  );
});
