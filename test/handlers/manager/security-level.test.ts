import t from 'tap';
import type { Context } from '../../../core/context.ts';
import { HttpError } from '../../../core/http/http-error.ts';
import type { Reply } from '../../../core/http/reply.ts';
import { SECURITY_LEVELS, type SecurityLevel } from '../../../core/proxy/manager-level.ts';
import { getSecurityLevel } from '../../../handlers/manager/get-level.ts';
import { putSecurityLevel } from '../../../handlers/manager/put-level.ts';
import { KEY, type MadeUpRequest, makeContext, makeRequest, NOW } from '../../support/handler.ts';

const SESSION = { by: 'session', issuedAt: NOW } as const;
const BY_KEY = { by: 'key' } as const;

function put(context: Context, body: unknown, given: MadeUpRequest = {}): Reply | HttpError {
  try {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return putSecurityLevel(context, makeRequest({ method: 'PUT', caller: SESSION, body: text, ...given }));
  } catch (error) {
    if (error instanceof HttpError) return error;
    throw error;
  }
}

async function at(level: SecurityLevel): Promise<Context> {
  const context = await makeContext();
  context.managerLevel.set(level);
  return context;
}

const basic = (key: string) => `Basic ${Buffer.from(`studio:${key}`).toString('base64')}`;

t.test('GET says the level and, from the policy, what each level refuses', async (t) => {
  for (const level of SECURITY_LEVELS) {
    const { status, body } = getSecurityLevel(await at(level));
    t.equal(status, 200);
    t.match(JSON.parse(String(body)), {
      level,
      levels: [{ level: 'strong' }, { level: 'normal' }, { level: 'weak', refuses: [] }],
    });
    t.match(body, /restart ComfyUI/);
  }
});

t.test('raising it, or setting it anew, takes a session; lowering it takes the key', async (t) => {
  for (const [i, old] of SECURITY_LEVELS.entries())
    for (const [j, level] of SECURITY_LEVELS.entries()) {
      const lowers = i < j;
      const context = await at(old);
      const reply = put(context, { level });
      t.equal(reply.status, lowers ? 403 : 200, `${old} to ${level}`);
      t.equal(context.managerLevel.get(), lowers ? old : level);
      if (lowers) t.match(reply, { detail: /X-API-Key, or api_key in the body/ });
      t.equal(put(context, { level, api_key: KEY }).status, 200);
      t.equal(context.managerLevel.get(), level);
    }
});

// [what came along, who the gate says it is, headers, api_key, status]
const CONFIRMATIONS: readonly [string, MadeUpRequest, string | undefined, number][] = [
  ['X-API-Key', { caller: BY_KEY, headers: { 'x-api-key': KEY } }, undefined, 200],
  ['Bearer', { caller: BY_KEY, headers: { authorization: `Bearer ${KEY}` } }, undefined, 200],
  ['Bearer beside a session', { headers: { authorization: `Bearer ${KEY}` } }, undefined, 200],
  ['api_key in the body', {}, KEY, 200],
  [
    'Basic, which browsers send by themselves',
    { caller: BY_KEY, headers: { authorization: basic(KEY) } },
    undefined,
    403,
  ],
  ['Basic and the key', { caller: BY_KEY, headers: { authorization: basic(KEY) } }, KEY, 200],
  ['Basic beside a session', { headers: { authorization: basic(KEY) } }, undefined, 403],
  ['the session alone', {}, undefined, 403],
  ['a wrong X-API-Key beside a session', { headers: { 'x-api-key': 'x' } }, undefined, 401],
  ['a wrong Bearer beside a session', { headers: { authorization: 'Bearer x' } }, undefined, 401],
  ['a wrong api_key', {}, 'x', 401],
  ['an empty api_key', {}, '', 401],
  ['the key in the URL', { query: `api_key=${KEY}` }, undefined, 403],
];

t.test('the key itself, and nothing that a browser sends by itself, confirms', async (t) => {
  for (const [name, given, api_key, status] of CONFIRMATIONS) {
    const context = await at('strong');
    const reply = put(context, { level: 'weak', api_key }, given);
    t.equal(reply.status, status, name);
    t.equal(context.managerLevel.get(), status === 200 ? 'weak' : 'strong', name);
  }
});

t.test('wrong keys count as at the login', async (t) => {
  const context = await at('strong');
  const guess = () => put(context, { level: 'weak', api_key: 'x' });
  for (let count = 0; count < 5; count += 1) t.equal(guess().status, 401);
  t.match(put(context, { level: 'weak', api_key: KEY }), { status: 429, headers: { 'Retry-After': '60' } });
  t.equal(context.managerLevel.get(), 'strong');
});

t.test('a change is an event with both levels and the address, and never with the key', async (t) => {
  const context = await at('strong');
  put(context, { level: 'strong' });
  put(context, { level: 'weak' });
  put(context, { level: 'weak', api_key: KEY });
  put(context, { level: 'normal', api_key: KEY });
  const events = await context.events.latest({ types: ['manager.*'] });
  t.match(events.toReversed(), [
    {
      type: 'manager.security_level.changed',
      severity: 'warning',
      data: { old: 'strong', new: 'weak', ip: '203.0.113.7' },
    },
    { severity: 'info', data: { old: 'weak', new: 'normal' } },
  ]);
  t.equal(events.length, 2, 'neither for the same level nor for a refusal');
  t.notMatch(JSON.stringify(events), KEY);
});

t.test('a call that was confirmed with the key is an event: what, from where, never the body', async (t) => {
  const context = await at('strong');
  const path = '/api/admin/manager/security-level';
  const headers = { 'user-agent': `browser/1\x1b[31m${'x'.repeat(300)}` };
  put(context, { level: 'weak' }, { path, headers });
  put(context, { level: 'weak', api_key: 'wrong' }, { path, headers });
  t.same(await context.events.latest({ types: ['admin.confirmed'] }), [], 'not one that was refused');
  put(context, { level: 'weak', api_key: KEY }, { path, headers });
  const events = await context.events.latest({ types: ['admin.confirmed'] });
  t.match(events, [
    { data: { method: 'PUT', path, ip: '203.0.113.7', user_agent: `browser/1[31m${'x'.repeat(187)}` } },
  ]);
  t.equal(events.length, 1);
  t.notMatch(JSON.stringify(events), KEY);
  t.notMatch(JSON.stringify(events), /weak/);
});

t.test(
  'the reply says where Manager’s own setting was written, and that it reads it when it starts',
  async (t) => {
    const written = { written: true, path: '/comfyui/user/__manager/config.ini' } as const;
    const managerLevel = { get: () => 'normal' as const, set: () => written };
    const reply = put(await makeContext({ managerLevel }), { level: 'strong' });
    t.ok(!(reply instanceof HttpError));
    if (reply instanceof HttpError) return;
    t.match(JSON.parse(String(reply.body)), {
      level: 'strong',
      previous: 'normal',
      config: written,
      note: /reads config\.ini when it starts: restart ComfyUI/,
    });
    const unwritten = put(await at('normal'), { level: 'strong' });
    if (!(unwritten instanceof HttpError))
      t.match(unwritten.body, /There is no Manager here.*was not written/);
  },
);

t.test('a body that is not what it should be gets 400 and changes nothing', async (t) => {
  const context = await at('normal');
  const bodies = [
    '',
    '{}',
    '[]',
    '"weak"',
    '{"level":"Weak"}',
    '{"level":"normal-"}',
    '{"level":["strong"]}',
  ];
  for (const body of [...bodies, '{"level":"weak","level":"strong"}', '{"level":"strong","api_key":5}'])
    t.match(put(context, body), { status: 400 }, body);
  t.equal(context.managerLevel.get(), 'normal');
});
