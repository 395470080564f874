import fc from 'fast-check';
import t from 'tap';
import { parseJson } from '../../../core/http/json-body.ts';
import {
  type ManagerBody,
  readManagerBody,
  TOO_LARGE,
  writeManagerBody,
} from '../../../core/proxy/manager-body.ts';
import { judgeManagerCall } from '../../../core/proxy/manager-judge.ts';
import { holds } from '../../support/property.ts';
import { bodyOf, MODEL, REGISTERED, SENT } from './manager-rows.ts';

function judge(path: string, body?: ManagerBody) {
  return judgeManagerCall({ method: 'POST', path, query: '', ...(body && { body }) }, 'normal');
}

/** Why a body is refused at normal, or null. */
function why(path: string, body: unknown): string | null {
  const verdict = judge(path, bodyOf(body));
  return verdict.allow ? null : verdict.rule.why;
}

const without = (name: string, from: object) =>
  Object.fromEntries(Object.entries(from).filter(([key]) => key !== name));

const UNREGISTERED: readonly [unknown, RegExp][] = [
  [null, /not the description of one node/],
  [[], /not the description/],
  [[REGISTERED], /not the description/],
  ['example-pack', /not the description/],
  [5, /not the description/],
  [{}, /names no node/],
  [{ ...REGISTERED, id: undefined }, /names no node/],
  [{ ...REGISTERED, id: 5 }, /names no node/],
  [{ ...REGISTERED, id: '' }, /names no node/],
  [{ ...REGISTERED, id: 'a@nightly' }, /names no node/],
  [{ ...REGISTERED, id: 'https://github.com/evil/evil' }, /names no node/],
  [{ ...REGISTERED, id: ['a'] }, /names no node/],
  [{ ...REGISTERED, version: 'unknown' }, /version is "unknown"/],
  [{ ...REGISTERED, version: 'nightly' }, /version is "nightly"/],
  [{ ...REGISTERED, selected_version: 'unknown' }, /version is "unknown"/],
  [{ ...REGISTERED, selected_version: 'nightly' }, /version is "nightly"/],
  [{ ...REGISTERED, selected_version: 'Nightly' }, /version is "Nightly"/],
  [{ ...REGISTERED, selected_version: ' nightly' }, /none that the registry/],
  [{ ...REGISTERED, selected_version: '' }, /none that the registry/],
  [{ ...REGISTERED, selected_version: 'x@nightly' }, /none that the registry/],
  [{ ...REGISTERED, selected_version: ['nightly'] }, /not a text/],
  [{ ...REGISTERED, version: 1 }, /not a text/],
  [without('version', without('selected_version', REGISTERED)), /no version/],
  [{ ...REGISTERED, version: null, selected_version: null }, /no version/],
  [{ ...REGISTERED, channel: 'dev' }, /channel/],
  [{ ...REGISTERED, channel: 'https://evil.example/list' }, /channel/],
  [{ ...REGISTERED, channel: '' }, /channel/],
  [{ ...REGISTERED, channel: ['default'] }, /channel/],
  [{ ...REGISTERED, files: ['https://github.com/evil/evil'] }, /elsewhere than its repository/],
  [{ ...REGISTERED, files: [...REGISTERED.files, 'https://github.com/evil/evil'] }, /elsewhere/],
  [{ id: 'a', version: '1.0', files: ['https://github.com/evil/evil'] }, /elsewhere/],
  [{ ...REGISTERED, files: 'https://github.com/evil/evil' }, /not a list/],
  [{ ...REGISTERED, files: [{}] }, /not a list of addresses/],
  [{ ...REGISTERED, repository: ['https://github.com/evil/evil'] }, /repository is not an address/],
];

const ALLOWED = [
  REGISTERED,
  { ...REGISTERED, channel: 'local' },
  without('channel', REGISTERED),
  { ...REGISTERED, channel: null },
  without('selected_version', REGISTERED),
  { ...REGISTERED, selected_version: null },
  without('files', REGISTERED),
  { ...REGISTERED, files: [] },
  { ...REGISTERED, files: ['https://GitHub.com/somebody/example-pack/'] },
  { id: 'a.b_c-D', version: '1.2.3-rc.1+build' },
];

t.test('at normal a node is installed from the registry or not at all', async (t) => {
  for (const [body, reason] of UNREGISTERED) {
    const shown = JSON.stringify(body)?.slice(0, 120);
    t.match(why('/manager/queue/install', body), reason, shown);
    t.match(why('/v2/manager/queue/task', { kind: 'install', params: body }), reason, `a task: ${shown}`);
    t.match(why('/v2/manager/queue/batch', { install: [REGISTERED, body] }), reason, `a batch: ${shown}`);
  }
  for (const body of ALLOWED) t.equal(why('/manager/queue/install', body), null, JSON.stringify(body));
});

t.test('where a registered node comes from is not sent on, however it is wrapped', async (t) => {
  t.same(judge('/customnode/install', bodyOf(REGISTERED)), { allow: true, judged: { body: SENT } });
  const task = { kind: 'install', ui_id: 'a', client_id: 'b' };
  t.same(judge('/v2/manager/queue/task', bodyOf({ ...task, params: REGISTERED })), {
    allow: true,
    judged: { body: { ...task, params: SENT } },
  });
  const batch = { batch_id: 'x', install: [REGISTERED], update: [REGISTERED], update_all: 'cache' };
  t.same(judge('/v2/manager/queue/batch', bodyOf(batch)), {
    allow: true,
    judged: { body: { ...batch, install: [SENT] } },
  });
});

const NO_MODELS: readonly [unknown, RegExp][] = [
  [null, /not the description of one model/],
  [[MODEL], /not the description/],
  [without('filename', MODEL), /names no file/],
  [without('save_path', MODEL), /no save_path/],
  [without('url', MODEL), /no url/],
  [{ ...MODEL, filename: 'a.ckpt' }, /not that of a \.safetensors file/],
  [{ ...MODEL, filename: 'a.safetensors.py' }, /not that of/],
  [{ ...MODEL, filename: 'a.safetensors\n' }, /not that of/],
  [{ ...MODEL, filename: 'a.SAFETENSORS' }, /not that of/],
  [{ ...MODEL, filename: '.safetensors' }, /not that of/],
  [{ ...MODEL, filename: '<huggingface>' }, /not that of/],
  [{ ...MODEL, filename: '../custom_nodes/a.safetensors' }, /not that of/],
  [{ ...MODEL, filename: 'x\\a.safetensors' }, /not that of/],
  [{ ...MODEL, filename: 'a.py:b.safetensors' }, /not that of/],
  [{ ...MODEL, filename: 'a.py\0.safetensors' }, /not that of/],
  [{ ...MODEL, filename: ['a.safetensors'] }, /names no file/],
  [{ ...MODEL, filename: `${'a'.repeat(300)}.safetensors` }, /too long/],
  ...[
    'custom_nodes',
    'custom_nodes/a',
    'CUSTOM_NODES/a',
    'checkpoints/custom_nodes',
    ' custom_nodes',
    '../custom_nodes',
    'checkpoints/../../custom_nodes',
    'checkpoints/..',
    './custom_nodes',
    '.. /x',
    '/etc',
    '~/x',
    'C:/x',
    'x\\custom_nodes',
    'x\0',
    'a'.repeat(300),
  ].map((save_path): [unknown, RegExp] => [
    { ...MODEL, save_path },
    /save_path is not a folder among the models/,
  ]),
  [{ ...MODEL, save_path: ['checkpoints'] }, /no save_path/],
  [{ ...MODEL, save_path: null }, /no save_path/],
  [{ ...MODEL, url: 'file:///etc/passwd' }, /not an http address/],
  [{ ...MODEL, url: 'ftp://a/b' }, /not an http address/],
  [{ ...MODEL, url: 5 }, /no url/],
];

t.test('at normal a model is a .safetensors file among the models, or it is not downloaded', async (t) => {
  for (const [body, reason] of NO_MODELS) {
    const shown = JSON.stringify(body)?.slice(0, 160);
    t.match(why('/manager/queue/install_model', body), reason, shown);
    t.match(
      why('/v2/manager/queue/task', { kind: 'install-model', params: body }),
      reason,
      `a task: ${shown}`,
    );
    t.match(why('/v2/manager/queue/batch', { install_model: [MODEL, body] }), reason, `a batch: ${shown}`);
  }
  for (const save_path of [
    'default',
    'checkpoints',
    'loras/SDXL 1.0',
    'a..b',
    'my_custom_nodes',
    'checkpoints/',
  ])
    t.same(judge('/model/install', bodyOf({ ...MODEL, save_path })), {
      allow: true,
      judged: { body: { ...MODEL, save_path } },
    });
});

t.test('tasks and batches of another shape are refused at normal', async (t) => {
  for (const body of [null, [], 'install', 5, {}, { kind: 5 }, [{ kind: 'update' }]])
    t.type(why('/manager/queue/task', body), 'string', JSON.stringify(body));
  for (const body of [null, [], [{ update: [] }], 'update', 5, { install: null }, { install: {} }])
    t.type(why('/manager/queue/batch', body), 'string', JSON.stringify(body));
  t.match(why('/manager/queue/task', { kind: 'x'.repeat(500) }), /^it is of the unknown kind "x{60}"$/);
});

const header = (headers: Readonly<Record<string, string>>) => (name: string) => headers[name] ?? '';
const type = (value: string) => header({ 'content-type': value });
const GOOD = Buffer.from(JSON.stringify(REGISTERED));

t.test('a body that ComfyUI might read differently is refused', async (t) => {
  const rows: readonly [string, ManagerBody, RegExp][] = [
    ['gzip', readManagerBody(header({ 'content-encoding': 'gzip' }), GOOD), /compressed/],
    ['two encodings', readManagerBody(header({ 'content-encoding': 'identity, br' }), GOOD), /compressed/],
    ['UTF-7', readManagerBody(type('application/json; charset=utf-7'), GOOD), /not in UTF-8/],
    ['latin1', readManagerBody(type('text/plain;charset=iso-8859-1'), GOOD), /not in UTF-8/],
    ['two charsets', readManagerBody(type('a/b; charset=utf-8; charset=utf-16'), GOOD), /not in UTF-8/],
    ['two lines', readManagerBody(type('a/b; charset=utf-16, a/b; charset=utf-8'), GOOD), /not in UTF-8/],
    ['RFC 2231', readManagerBody(type("a/b; charset*=utf-16''x"), GOOD), /not in UTF-8/],
    ['nothing', readManagerBody(type(''), Buffer.alloc(0)), /no body/],
    ['no JSON', readManagerBody(type(''), Buffer.from('{')), /its body is not valid JSON/],
    ['no UTF-8', readManagerBody(type(''), Buffer.from([0x22, 0xff, 0x22])), /not valid UTF-8/],
    ['a name twice', readManagerBody(type(''), Buffer.from('{"id":"a","id":"b"}')), /twice/],
    ['too large', TOO_LARGE, /too large/],
  ];
  for (const [name, body, reason] of rows) {
    const verdict = judge('/manager/queue/install', body);
    t.match(verdict, { allow: false, rule: { why: reason } }, name);
  }
  t.match(judge('/manager/queue/install'), { allow: false, rule: { why: 'it has no body' } });
});

t.test('a body in UTF-8 is read whatever its media type, which aiohttp ignores too', async (t) => {
  const types = ['', 'application/json', 'text/plain;charset=UTF-8', 'a/b; charset="utf-8"', 'x'];
  for (const value of types)
    t.same(readManagerBody(type(value), GOOD), { read: true, value: REGISTERED }, value);
  t.match(readManagerBody(header({ 'content-encoding': 'identity' }), GOOD), { read: true });
});

t.test('what was judged is what is sent on, integers of any size exact', async (t) => {
  const text = '{"kind":"update","params":{"seed":18446744073709551615,"name":"é😀\\u0000"}}';
  const body = readManagerBody(type(''), Buffer.from(text));
  const verdict = judge('/manager/queue/task', body);
  t.ok(verdict.allow);
  if (verdict.allow && verdict.judged) t.equal(writeManagerBody(verdict.judged.body).toString(), text);
  holds(
    t,
    'writing and reading again gives the same value',
    fc.property(fc.jsonValue(), (value) => {
      const once = writeManagerBody(parseJsonSafely(JSON.stringify(value)));
      return once.equals(writeManagerBody(parseJsonSafely(once.toString())));
    }),
  );
});

/** fast-check also makes what is refused as ambiguous: that is another test's matter. */
function parseJsonSafely(text: string): unknown {
  try {
    return parseJson(Buffer.from(text));
  } catch {
    return null;
  }
}

t.test(
  'whatever a body holds, it is judged without an error, and what passes passes again unchanged',
  async (t) => {
    const key = fc.constantFrom(
      'id',
      'version',
      'selected_version',
      'channel',
      'files',
      'repository',
      'kind',
      'params',
    );
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('install', 'nightly', '1.0', 'default', REGISTERED, MODEL, [REGISTERED], 'constructor'),
    );
    const body = fc.oneof(
      value,
      fc.dictionary(fc.oneof(key, fc.constantFrom('install', 'fix', 'batch_id')), value),
    );
    const paths = ['/manager/queue/install', '/model/install', '/manager/queue/task', '/manager/queue/batch'];
    holds(
      t,
      'judged',
      fc.property(fc.constantFrom(...paths), body, (path, value) => {
        const verdict = judge(path, { read: true, value });
        if (!verdict.allow) return verdict.rule.why !== null;
        const again = judge(path, { read: true, value: verdict.judged?.body });
        return JSON.stringify(again) === JSON.stringify(verdict);
      }),
      2000,
    );
  },
);
