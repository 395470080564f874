import t from 'tap';
import type { ManagerBody } from '../../../core/proxy/manager-body.ts';
import { judgeManagerCall } from '../../../core/proxy/manager-judge.ts';
import type { SecurityLevel } from '../../../core/proxy/manager-level.ts';
import { POLICY } from '../../../core/proxy/manager-policy.ts';
import { managerRefusal, refusalEvent } from '../../../core/proxy/manager-refusal.ts';
import { refusedAt } from '../../../core/proxy/manager-summary.ts';
import { bodyOf, REGISTERED } from './manager-rows.ts';

function detail(path: string, level: SecurityLevel, body?: ManagerBody): string {
  const verdict = judgeManagerCall({ method: 'POST', path, query: '', ...(body && { body }) }, level);
  if (verdict.allow) throw new Error('it was allowed');
  const error = managerRefusal(verdict.rule, level);
  t.equal(error.status, 403);
  return error.detail;
}

t.test('a refusal names the level, the rule, and what to do instead', async (t) => {
  t.equal(
    detail('/manager/reboot', 'strong'),
    `ComfyUI Manager's security level here is "strong", at which nobody may restart ComfyUI. The level "normal" allows ` +
      'it; whoever has the key can set it with PUT /api/admin/manager/security-level.',
  );
  t.match(
    detail('/customnode/install/pip', 'normal'),
    /"normal", .* pip packages\. The level "weak" allows it/,
  );
  t.match(detail('/manager/new', 'strong'), /does not know of Manager\. The level "weak" allows it/);
  t.equal(
    detail(
      '/v2/manager/queue/task',
      'normal',
      bodyOf({ kind: 'install', params: { ...REGISTERED, channel: 'dev' } }),
    ),
    `ComfyUI Manager's security level here is "normal", at which nobody may install a node: its channel is neither ` +
      '"default" nor "local". Choose what this level allows, or the level "weak", which allows any; whoever has the ' +
      'key can set it with PUT /api/admin/manager/security-level.',
  );
});

t.test('the level that a refusal names does allow it', async (t) => {
  t.match(detail('/manager/queue/install', 'strong', bodyOf(REGISTERED)), /level "normal" allows it/);
  for (const { paths } of POLICY)
    for (const level of ['strong', 'normal'] as const) {
      const call = { method: 'POST', path: `/${paths[0]}`.replace('*', 'x'), query: 'value=1' };
      const verdict = judgeManagerCall(call, level);
      if (verdict.allow) continue;
      const { allowedAt, does } = verdict.rule;
      const there = judgeManagerCall({ ...call, body: bodyOf(REGISTERED) }, allowedAt);
      // Each wants a body of its own at normal; that some pass is shown above.
      t.ok(there.allow || (allowedAt === 'normal' && there.rule.why !== null), `${does} at ${allowedAt}`);
    }
});

t.test(
  'a refusal is an event, without the query and with no more of the path than fits a line',
  async (t) => {
    const call = { method: 'POST', path: `/manager/${'x'.repeat(5000)}`, query: 'token=hunter2' };
    const verdict = judgeManagerCall(call, 'normal');
    if (verdict.allow) throw new Error('it was allowed');
    const event = refusalEvent(call, verdict.rule, 'normal', { ip: '203.0.113.7', user_agent: 'browser/1' });
    t.match(event, {
      type: 'manager.refused',
      severity: 'warning',
      data: { level: 'normal', ip: '203.0.113.7' },
    });
    t.notMatch(JSON.stringify(event), 'hunter2');
    t.ok(JSON.stringify(event).length < 1000);
  },
);

t.test('what each level refuses: strong the most, weak nothing', async (t) => {
  const told = (level: SecurityLevel) => refusedAt(level).map(({ does }) => does);
  t.same(told('weak'), []);
  for (const does of told('normal')) t.ok(told('strong').includes(does), does);
  t.ok(told('strong').includes('restart ComfyUI'));
  t.notOk(told('normal').includes('restart ComfyUI'));
  t.equal(new Set(told('strong')).size, told('strong').length, 'each once');
  for (const { does, unless } of refusedAt('strong'))
    t.equal(unless, null, `at strong no body helps: ${does}`);
  t.match(refusedAt('normal').find(({ does }) => does === 'install a node')?.unless, /registered/);
});
