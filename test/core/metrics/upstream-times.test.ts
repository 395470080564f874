import t from 'tap';
import { createUpstreamTimes } from '../../../core/metrics/upstream-times.ts';
import type { UpstreamAnswer, UpstreamRequest } from '../../../core/proxy/upstream.ts';

const REQUEST: UpstreamRequest = {
  method: 'GET',
  path: '/',
  lines: '',
  body: null,
  client: { onGone: () => {} },
};
const ANSWER: UpstreamAnswer = { status: 200, fields: [], body: new Uint8Array() };

t.test('what is passed on is timed, whether it is answered or fails, and goes on as it was', async (t) => {
  const times = createUpstreamTimes();
  const counts = () => Object.fromEntries([...times.entries()].map(([name, { count }]) => [name, count]));
  const failure = new Error('gone');
  const upstream = (send: () => Promise<UpstreamAnswer>) => times.timed({ send, close: () => {} });
  t.same(counts(), { answered: 0, failed: 0 });
  t.equal(await upstream(() => Promise.resolve(ANSWER)).send(REQUEST), ANSWER);
  await t.rejects(upstream(() => Promise.reject(failure)).send(REQUEST), failure);
  t.same(counts(), { answered: 1, failed: 1 });
});

t.test("how long Studio's own question took is known for as long as it is answered", async (t) => {
  const times = createUpstreamTimes();
  t.equal(times.latestAnswer, null);
  t.equal(await times.asked(() => Promise.resolve(7))(), 7);
  t.ok((times.latestAnswer ?? -1) >= 0);
  await t.rejects(times.asked(() => Promise.reject(new Error('no')))(), { message: 'no' });
  t.equal(times.latestAnswer, null);
});
