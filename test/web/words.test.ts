import t from 'tap';
import { duration, rate, secondsBetween } from '../../web/format.ts';
import { isPlainHttp } from '../../web/login/plain-http.ts';
import { pageTitle } from '../../web/page-title.ts';
import { nodeProblems } from '../../web/refusal.ts';
import { runProgress } from '../support/run-progress.ts';

t.test('durations and rates', async (t) => {
  const durations: [number, string][] = [
    [-1, '0.0 s'],
    [4.25, '4.3 s'],
    [9.96, '10 s'],
    [59.6, '1 min 00 s'],
    [65, '1 min 05 s'],
    [7800, '2 h 10 min'],
  ];
  for (const [seconds, words] of durations) t.equal(duration(seconds), words);
  t.equal(rate(2.345), '2.35 it/s');
  t.equal(rate(0.5), '2.00 s/it');
  t.equal(secondsBetween('2026-01-01T12:00:02Z', '2026-01-01T12:00:01Z'), 0, 'clocks may differ');
});

t.test('the title of the tab', async (t) => {
  t.equal(pageTitle(null), 'ComfyUI Studio');
  const running = runProgress({ status: 'running', percent: 42, node_title: 'KSampler' });
  t.equal(pageTitle(running), '42% KSampler · ComfyUI Studio');
});

t.test("ComfyUI's validation errors by node", async (t) => {
  const error = { type: 'required_input_missing', message: 'Required input is missing', details: 'steps' };
  const named = { message: 'Bad', details: '', extra_info: { input_name: 'seed' } };
  t.same(nodeProblems({ '2': { class_type: 'SlowSampler', errors: [error, named] } }), [
    {
      id: '2',
      type: 'SlowSampler',
      problems: [
        { input: null, words: 'Required input is missing: steps' },
        { input: 'seed', words: 'Bad' },
      ],
    },
  ]);
  t.same(nodeProblems(undefined), []);
  t.same(nodeProblems({ '2': 'odd', '3': { errors: [null] } }), [{ id: '3', type: '', problems: [] }]);
});

t.test('where the browser drops a Secure cookie', async (t) => {
  const places: [string, boolean][] = [
    ['http://pod.example:8000', true],
    ['http://127.example', true],
    ['http://192.168.1.4', true],
    ['https://pod.example', false],
    ['http://localhost:8000', false],
    ['http://127.0.0.1', false],
    ['http://[::1]:8000', false],
  ];
  for (const [url, isPlain] of places) t.equal(isPlainHttp(new URL(url)), isPlain, url);
});
