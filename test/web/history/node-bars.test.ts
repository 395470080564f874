import t from 'tap';
import type { NodeTiming } from '../../../client/wire.ts';
import { nodeBars } from '../../../web/history/node-bars.ts';

const timing = (node_id: string, state: NodeTiming['state'], seconds: number | null): NodeTiming => ({
  node_id,
  state,
  started_at: null,
  seconds,
});
const PROMPT = JSON.stringify({
  1: { class_type: 'Loader', inputs: {} },
  2: { class_type: 'KSampler', inputs: {}, _meta: { title: 'The sampler' } },
});

t.test('the longest first, then those without a time, the cached ones last', async (t) => {
  const timings = [
    timing('1', 'cached', null),
    timing('4', 'finished', null),
    timing('3', 'failed', 0.01),
    timing('5', 'stopped', 65),
    timing('2', 'finished', 130),
  ];
  t.same(nodeBars(timings, PROMPT), [
    { id: '2', name: 'The sampler', type: 'KSampler', time: '2 min 10 s', isFailed: false, share: 1 },
    { id: '5', name: 'Node 5', type: null, time: '1 min 05 s, stopped', isFailed: false, share: 0.5 },
    { id: '3', name: 'Node 3', type: null, time: '< 0.1 s, failed', isFailed: true, share: 0.01 / 130 },
    { id: '4', name: 'Node 4', type: null, time: 'not measured', isFailed: false, share: null },
    { id: '1', name: 'Loader', type: null, time: 'cached', isFailed: false, share: null },
  ]);
});

t.test('what has no length is drawn without one', async (t) => {
  t.match(nodeBars([timing('1', 'finished', 0)], PROMPT), [{ share: 0, time: '< 0.1 s' }]);
  t.match(nodeBars([timing('1', 'finished', 0.025)], PROMPT), [{ share: 0.25 }], 'a blink is no whole bar');
  t.match(nodeBars([timing('1', 'running', null)], 'not JSON'), [{ name: 'Node 1', time: 'running' }]);
  t.same(nodeBars([], PROMPT), []);
});
