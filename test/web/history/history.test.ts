import t from 'tap';
import { addressOf, readAddress, sinceOf } from '../../../web/history/address.ts';
import { entryOf, fits, withLive, withPage } from '../../../web/history/entries.ts';
import { heightOf, layoutFor, placeOf, sliceInView } from '../../../web/history/layout.ts';
import { outputsOf } from '../../../web/outputs.ts';
import { runProgress } from '../../support/run-progress.ts';

t.test('the address says what is shown', async (t) => {
  const rows: readonly [string, object, string][] = [
    ['', { run: null, status: 'all', since: 'ever' }, '/history'],
    ['?run=a%2Fb', { run: 'a/b', status: 'all', since: 'ever' }, '/history?run=a%2Fb'],
    [
      '?since=week&status=failed&run=x',
      { run: 'x', status: 'failed', since: 'week' },
      '/history?run=x&status=failed&since=week',
    ],
    ['?status=toString&since=&run=', { run: null, status: 'all', since: 'ever' }, '/history'],
  ];
  for (const [search, address, written] of rows) {
    t.same(readAddress(search), address, search);
    t.equal(addressOf(readAddress(search)), written);
  }
});

const item = (filename: string, type = 'output') =>
  ({ filename, subfolder: '', type, media: 'image' }) as const;
const output = (...items: readonly ReturnType<typeof item>[]) => ({ node_title: '', node_type: '', items });
const entry = (prompt_id: string, queued_at: string, changes = {}) =>
  entryOf(runProgress({ prompt_id, queued_at, ...changes }));
const ids = (entries: readonly { readonly id: string }[]) => entries.map(({ id }) => id).join(' ');

t.test('what was saved is the cover, before what was only shown', async (t) => {
  const node_outputs = { 4: output(item('preview', 'temp')), 9: output(item('saved')) };
  t.same(
    outputsOf({ node_outputs }).map(({ filename }) => filename),
    ['saved', 'preview'],
  );
  t.match(entry('a', '', { node_outputs }), { cover: { filename: 'saved' }, outputCount: 2 });
});

t.test('filters', async (t) => {
  const now = Date.parse('2026-01-08T12:00:00Z');
  const failed = entry('a', '2026-01-08T11:00:00Z', { status: 'stalled' });
  t.ok(fits(failed, { status: 'failed', since: 'day' }, now));
  t.notOk(fits(failed, { status: 'completed', since: 'ever' }, now));
  t.notOk(fits(entry('a', '2026-01-07T11:00:00Z'), { status: 'all', since: 'day' }, now));
  t.ok(fits(entry('a', '2026-01-01T12:00:00Z'), { status: 'all', since: 'week' }, now));
  t.notOk(fits(entry('a', '2026-01-01T11:59:00Z'), { status: 'all', since: 'week' }, now));
  t.equal(sinceOf({ since: 'day' }, now)?.toISOString(), '2026-01-07T12:00:00.000Z');
  t.equal(sinceOf({ since: 'ever' }, now), undefined);
});

t.test('the stream brings the pages up to date', async (t) => {
  const loaded = [entry('b', '2026-01-02', { status: 'running' }), entry('a', '2026-01-01')];
  const live = [
    entry('c', '2026-01-03'),
    entry('d', '2026-01-04'),
    entry('b', '2026-01-02', { status: 'completed' }),
    entry('old', '2025-01-01'),
  ];
  const merged = withLive(loaded, live, () => true);
  t.equal(ids(merged), 'd c b a', 'newer ones in front; an older one waits for its page');
  t.equal(merged[2]?.status, 'completed');
  t.equal(ids(withLive(loaded, live, ({ id }) => id !== 'c')), 'd b a');
  t.equal(ids(withLive([], live, () => true)), 'd c b old', 'an empty history takes all');
  t.equal(ids(withPage(loaded, [entry('a', '2026-01-01'), entry('z', '2025-01-01')])), 'b a z');
});

t.test('a gallery of ten thousand draws what is near the screen', async (t) => {
  const wide = layoutFor(1232);
  t.match(wide, { columns: 5 });
  t.equal(layoutFor(328).columns, 2, 'two on a phone');
  for (const top of [-300, 0, 5000, 1e6, 1e9]) {
    const { first, end } = sliceInView(wide, 10_000, top, 900);
    t.ok(first >= 0 && first <= end && end <= 10_000 && end - first <= 50, `${end - first} at ${top}`);
  }
  t.same(sliceInView(wide, 10_000, 0, 900).first, 0);
  t.equal(sliceInView(wide, 10_000, heightOf(wide, 10_000) - 900, 900).end, 10_000, 'to the last');
  t.same(sliceInView(wide, 0, 0, 900), { first: 0, end: 0 });
  t.equal(heightOf(wide, 0), 0);
  const { x, y } = placeOf(wide, 7);
  t.same([x, y], [2 * (wide.tileWidth + 12), wide.rowStep]);
});
