import t from 'tap';
import type { StudioEvent } from '../../client/message.ts';
import { isWanted, SHOW_ALL, seenFrom, unreadCount } from '../../web/activity.ts';
import { createEndWatch } from '../../web/run-ends.ts';
import { blocksAt } from '../../web/security/blocks.ts';
import { postureOf, titleOf, verdictOf } from '../../web/security/posture-check.ts';
import { linePoints, SAMPLES_SHOWN, topOf, withSample } from '../../web/system/samples.ts';
import { settingGroupsOf, shownValue } from '../../web/system/setting.ts';
import { shareInWords, systemStatusOf, uptime } from '../../web/system/system-status.ts';
import { lastUpdateOf, liveLines, outcomeInWords } from '../../web/system/update-state.ts';
import { runProgress } from '../support/run-progress.ts';

const START = Date.UTC(2026, 0, 1);
const event = (id: number, changes: Partial<StudioEvent> = {}): StudioEvent => ({
  id,
  type: 'job.queued',
  severity: 'info',
  message: `event ${id}`,
  timestamp: new Date(START).toISOString(),
  data: {},
  ...changes,
});

t.test('which events a filter lets through', async (t) => {
  const rows: [Partial<typeof SHOW_ALL>, Partial<StudioEvent>, boolean][] = [
    [{}, {}, true],
    [{ severity: 'warning' }, { severity: 'success' }, false],
    [{ severity: 'warning' }, { severity: 'error' }, true],
    [{ severity: 'error' }, { severity: 'warning' }, false],
    [{ about: 'runs' }, { type: 'job.failed' }, true],
    [{ about: 'runs' }, { type: 'auth.login' }, false],
    [{ about: 'access' }, { type: 'manager.refused' }, true],
    [{ about: 'system' }, { type: 'something.new' }, true],
  ];
  for (const [filter, changes, expected] of rows)
    t.equal(
      isWanted({ ...SHOW_ALL, ...filter }, event(1, changes)),
      expected,
      JSON.stringify([filter, changes]),
    );
});

t.test('what is unread', async (t) => {
  t.equal(unreadCount([event(3), event(2), event(1)], 1), 2);
  t.equal(seenFrom(null, 7), 7, 'at a first visit nothing is news');
  t.equal(seenFrom(5, 7), 5);
  t.equal(seenFrom(90, 7), 7, 'ids have begun anew');
});

t.test('an end is told once, of runs that were seen open', async (t) => {
  const endOf = createEndWatch();
  const told = (status: 'running' | 'completed') =>
    endOf({ type: 'progress', run: runProgress({ status }) }) !== null;
  t.equal(told('completed'), false, 'it ended before');
  t.equal(told('running'), false);
  t.equal(told('completed'), true);
  t.equal(told('completed'), false);
});

t.test('blocks that last, one for each address', async (t) => {
  const block = (ip: unknown, seconds: unknown) =>
    event(1, { type: 'auth.throttled', data: { ip, seconds } });
  const blocks = blocksAt(
    [block('a', 60), block('b', 120), block('a', 30), block('c', 5), block(1, 60), block('d', 'long')],
    START + 10_000,
  );
  t.same(blocks, [
    { ip: 'b', until: START + 120_000 },
    { ip: 'a', until: START + 60_000 },
  ]);
});

t.test('the posture, the worst first; a colour that is not known is amber', async (t) => {
  const posture = postureOf({
    checks: [{ id: 'a', state: 'green' }, { id: 'b', state: 'odd' }, { id: 'c', state: 'red' }, null, {}],
  });
  t.equal(posture.checks.map(({ id }) => id).join(' '), 'c b a');
  t.same(verdictOf(posture), { state: 'red', words: 'One thing to mend now' });
  t.same(postureOf('odd'), { checks: [] });
  t.equal(titleOf('comfyui-port'), 'ComfyUI port');
});

t.test('the chart', async (t) => {
  t.same([topOf([]), topOf([5]), topOf([11]), topOf([41])], [4, 5, 20, 50]);
  t.equal(linePoints([0, 4], 4, { width: 119, height: 10 }), '118,10 119,0');
  const many = Array.from({ length: 200 }).reduce<readonly { queue: number; progress: number }[]>(
    (samples) => withSample(samples, { queue: 1, progress: 1 }),
    [],
  );
  t.equal(many.length, SAMPLES_SHOWN);
});

t.test('a status in words, of an answer that may lack anything', async (t) => {
  t.same(systemStatusOf(null).shares, []);
  t.equal(systemStatusOf({ comfyui: { reachable: false, stale: true } }).comfyui, 'slow');
  const { shares } = systemStatusOf({ memory: { system_total: 2 ** 34, system_free: 2 ** 33 } });
  t.same(shares.map(shareInWords), ['8.0 of 16.0 GiB']);
  t.same([uptime(59), uptime(3700), uptime(90_000)], ['0 min', '1 h 1 min', '1 d 1 h']);
});

t.test('settings: what does not say that it may be shown is taken for a secret', async (t) => {
  const variables = [
    { name: 'A', set: true, value: '...wxyz' },
    { name: 'B', set: true, sensitive: true, value: null },
    { name: 'C', set: false, sensitive: true, value: null },
    { name: 'D', set: true, sensitive: false, value: 'seen' },
  ];
  const [group] = settingGroupsOf({ groups: [{ name: 'g', variables }] });
  t.same(group?.settings.map(shownValue), ['••••wxyz', '••••', 'not set', 'seen']);
});

t.test('an update: the lines of the newest one, and its end', async (t) => {
  const output = (update_id: string, lines: string[], left_out = 0) =>
    event(1, { type: 'update.output', data: { update_id, lines, left_out } });
  t.equal(liveLines([]), null);
  t.same(liveLines([output('1', ['old']), output('2', ['a']), output('2', ['b'], 3)]), [
    'a',
    '[3 lines are not shown]',
    'b',
  ]);
  const { isConfigured, update } = lastUpdateOf({
    configured: true,
    update: { id: '1', started_at: 'x', outcome: 'failed', exit_code: 2 },
  });
  t.equal(isConfigured, true);
  t.equal(update && outcomeInWords(update), 'It failed, with exit code 2');
});
