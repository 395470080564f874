import t from 'tap';
import { createRequestCounts, type Measured, SAMPLED } from '../../../core/metrics/requests.ts';

const request = (rest: Partial<Measured> = {}): Measured => ({ row: 0, startedAt: 0, weight: 0, ...rest });

t.test('an answer is counted by its row and the class of its status', async (t) => {
  const counts = createRequestCounts();
  const row = counts.row('GET', '/api/x/:id');
  for (const status of [200, 204, 101, 302, 404, 499, 503, 0, 99, 600, 999, -1, Number.NaN])
    counts.answered(request({ row }), status);
  counts.refused(400);
  const found = Object.fromEntries(
    [...counts.counts()].map(({ method, route, status, count }) => [`${method} ${route} ${status}`, count]),
  );
  t.same(found, {
    ' (refused) 2xx': 0,
    ' (refused) 3xx': 0,
    ' (refused) 4xx': 1,
    ' (refused) 5xx': 0,
    'GET /api/x/:id other': 6,
    'GET /api/x/:id 1xx': 1,
    'GET /api/x/:id 2xx': 2,
    'GET /api/x/:id 3xx': 1,
    'GET /api/x/:id 4xx': 2,
    'GET /api/x/:id 5xx': 1,
  });
});

t.test(
  'the same words are the same row; more rows than there was room for keep what was counted',
  async (t) => {
    const counts = createRequestCounts();
    const rows = Array.from({ length: 200 }, (_, index) => {
      const row = counts.row('GET', `/${index}`);
      t.equal(counts.row('GET', `/${index}`), row);
      counts.answered(request({ row }), 200);
      return row;
    });
    t.equal(new Set(rows).size, 200);
    t.not(counts.row('POST', '/0'), counts.row('GET', '/0'), 'another method is another row');
    const answered = [...counts.counts()].filter(({ status }) => status === '2xx');
    t.equal(answered.length, 200);
    t.ok(answered.every(({ count }) => count === 1));
  },
);

t.test('one in so many is timed when it begins, and stands for all of them', async (t) => {
  const counts = createRequestCounts();
  const row = counts.row('GET', '/');
  let timed = 0;
  for (let index = 0; index < 10 * SAMPLED; index += 1) {
    const each = request();
    counts.begin(each, row);
    if (each.weight > 0) timed += 1;
    counts.answered(each, 200);
  }
  t.equal(timed, 10);
  const [[names, durations] = []] = [...counts.durations()];
  t.same(names, { method: 'GET', route: '/' });
  t.equal(durations?.count, 10 * SAMPLED);
  // One that had to wait counts for itself.
  counts.answered(request({ row, startedAt: performance.now(), weight: 1 }), 200);
  t.equal(durations?.count, 10 * SAMPLED + 1);
});
