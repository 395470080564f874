import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { z } from 'zod';
import { judgeManagerCall, managerConcern } from '../../../core/proxy/manager-judge.ts';
import { SECURITY_LEVELS, type SecurityLevel } from '../../../core/proxy/manager-level.ts';
import { NAMESPACE, POLICY } from '../../../core/proxy/manager-policy.ts';
import { holds } from '../../support/property.ts';
import { callOf, EXPECTED, type Expectation, type Refusing } from './manager-rows.ts';

const PREFIXES = ['/', '/api/', '/v2/', '/api/v2/'];

const REFUSED_AT: Readonly<Record<Refusing, readonly SecurityLevel[]>> = {
  '': [],
  S: ['strong'],
  SN: ['strong', 'normal'],
};

function refusingLevels(expectation: Expectation, method: string, path: string): readonly SecurityLevel[] {
  return SECURITY_LEVELS.filter((level) => !judgeManagerCall(callOf(expectation, method, path), level).allow);
}

const encodeAll = (text: string) =>
  text.replace(/[^/]/g, (letter) => `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`);

t.test('every row at each level, by each method, with each prefix', async (t) => {
  for (const expectation of EXPECTED) {
    await t.test(expectation.name, async (t) => {
      for (const method of expectation.methods) {
        for (const prefix of PREFIXES) {
          const path = prefix + expectation.path;
          const levels = refusingLevels(expectation, method, path);
          t.same(levels, REFUSED_AT[expectation.refused], `${method} ${path}`);
        }
      }
    });
  }
});

t.test('another spelling of the path gets the same verdict', async (t) => {
  for (const expectation of EXPECTED) {
    const method = expectation.methods[0] ?? '';
    const spellings = [
      `/${encodeAll(expectation.path)}`,
      `/${encodeAll(expectation.path).toUpperCase()}`,
      `/%61pi/v%32/${expectation.path}`,
      `/${expectation.path.toUpperCase()}`,
      `/v2/api/${expectation.path}`,
      `/api/api/${expectation.path}`,
    ];
    // An encoded slash at the end of the prefix, and everywhere.
    if (!expectation.path.includes('//')) spellings.push(`/api%2f${expectation.path.replaceAll('/', '%2F')}`);
    for (const path of spellings)
      t.same(
        refusingLevels(expectation, method, path),
        REFUSED_AT[expectation.refused],
        `${method} ${path} ${expectation.name}`,
      );
  }
});

t.test('the hand-written table names every path of the code’s own, and the other way round', async (t) => {
  const byHand = new Set(EXPECTED.map(({ path }) => path));
  for (const { paths } of POLICY)
    for (const path of paths) t.ok(byHand.has(path.replace('*', 'a-node')), path);
  const rows = new Set(POLICY.flatMap(({ paths }) => paths));
  for (const { path, refused } of EXPECTED)
    if (refused !== 'SN') t.ok(rows.has(path.replace('a-node', '*')), path);
});

t.test('a value is seen however the query is written', async (t) => {
  const settings = [
    'value=1',
    'value',
    'a=b&value=',
    'a=b;value=1',
    '%76alue=1',
    '%56ALUE=1',
    '&&mode=x',
    'mode',
  ];
  for (const query of settings)
    t.not(judgeManagerCall({ method: 'GET', path: '/manager/db_mode', query }, 'strong').allow, query);
  for (const query of ['', 'values=1', 'a=value', 'a=mode&b', '_=17', '%=', '%zz=1'])
    t.ok(judgeManagerCall({ method: 'GET', path: '/manager/db_mode', query }, 'strong').allow, query);
});

const UNCLEAR = [
  '/x/../manager/reboot',
  '/x/%2e%2e/manager/reboot',
  '/x/.%2E/manager/reboot',
  '/./manager/reboot',
  '//manager/reboot',
  '/manager//reboot',
  '/manager%2f/reboot',
  '/%2fmanager/reboot',
  '/manager\\reboot',
  '/manager%5creboot',
  '\\manager\\reboot',
  '/manager/reboot%',
  '/manager/reboot%0',
  '/manager/reboot%zz',
  '/manager/reboot%ff',
  '/manager/reboot%00',
  '/manager/%0areboot',
  '/manager/%7Freboot',
  'manager/reboot',
  '',
  '/manager/reboot#x',
  '/assets/download#x',
  '/assets/download?x',
  '/x#/manager/reboot',
  '/extensions/..%2f..%2fx',
  '/x/..',
];

t.test('a path that can be read in more than one way is refused below weak', async (t) => {
  for (const path of UNCLEAR)
    for (const level of SECURITY_LEVELS)
      t.equal(judgeManagerCall({ method: 'GET', path, query: '' }, level).allow, level === 'weak', path);
});

t.test('what is encoded twice, or only looks like a route of Manager’s, is none of its rows', async (t) => {
  const inside = ['/manager/%2572eboot', '/manager/reboot;x', '/manager/reboot%3Fx', '/manager/reboot%23'];
  for (const path of inside)
    t.not(judgeManagerCall({ method: 'GET', path, query: '' }, 'normal').allow, `${path} is unknown`);
  const outside = [
    '/managers/reboot',
    '/my/manager/reboot',
    '/manager;x/reboot',
    '/model',
    '/models/install',
  ];
  for (const path of [...outside, '/extensions/ComfyUI-Manager/manager.js', '/%256danager/reboot'])
    t.equal(managerConcern('POST', path, '', 'strong'), 'none', path);
});

const USERDATA: readonly [string, string, boolean][] = [
  ['POST', '/userdata/ComfyUI-Manager%2Fconfig.ini', false],
  ['POST', '/userdata/ComfyUI-Manager%252Fconfig.ini', false],
  ['POST', '/userdata/ComfyUI-Manager%25252Fconfig.ini', false],
  ['POST', '/userdata/%43omfyUI-Manager%2Fconfig.ini', false],
  ['POST', '/userdata/%2543omfyUI%252dManager%2Fconfig.ini', false],
  ['POST', '/api/userdata/ComfyUI-Manager%2Fconfig.ini', false],
  ['POST', '/v2/userdata/ComfyUI-Manager%2Fconfig.ini', false],
  ['POST', '/api/v2/userdata/ComfyUI-Manager/config.ini', false],
  ['PUT', '/userdata/ComfyUI-Manager%2Fconfig.ini', false],
  ['PATCH', '/userdata/ComfyUI-Manager%2Fconfig.ini', false],
  ['DELETE', '/userdata/ComfyUI-Manager%2Fconfig.ini', false],
  ['DELETE', '/userdata/ComfyUI-Manager', false],
  ['POST', '/userdata/comfyui-MANAGER%2Fconfig.ini', false],
  ['POST', '/userdata/x%252F..%252FComfyUI-Manager%252Fconfig.ini', false],
  ['POST', '/userdata/%252Fworkspace%252Fuser%252Fdefault%252FComfyUI-Manager%252Fconfig.ini', false],
  ['POST', '/userdata/x%255CComfyUI-Manager%255Cconfig.ini', false],
  ['POST', '/userdata/..%252F__manager%252Fconfig.ini', false],
  ['POST', '/userdata/__manager%2Fconfig.ini', false],
  ['POST', '/userdata/__MANAGER', false],
  ['POST', '/userdata/ComfyUI-Manager.%2Fconfig.ini', false],
  ['POST', '/userdata/ComfyUI-Manager::$INDEX_ALLOCATION%2Fconfig.ini', false],
  ['POST', '/userdata/COMFYU~1%2Fconfig.ini', false],
  ['POST', '/userdata/Comfy%E2%80%8DUI-Manager%2Fconfig.ini', false],
  ['POST', '/userdata/a.json/move/ComfyUI-Manager%2Fconfig.ini', false],
  ['POST', '/userdata/ComfyUI-Manager%2Fconfig.ini/move/a.json', false],
  ['POST', '/userdata/a.json/move/%255F%255Fmanager%252Fconfig.ini', false],
  ['GET', '/userdata/ComfyUI-Manager%2Fconfig.ini', true],
  ['HEAD', '/userdata/ComfyUI-Manager%2Fconfig.ini', true],
  ['GET', '/userdata', true],
  ['POST', '/userdata/workflows%2FUnsaved%20Workflow.json', true],
  ['POST', '/userdata/workflows%2FComfyUI-Manager%20notes.json', true],
  ['POST', '/userdata/workflows%2Fmanager.json', true],
  ['POST', '/userdata/workflows%2F100%25.json', true],
  ['DELETE', '/userdata/workflows%2Fa.json', true],
  ['POST', '/userdata/workflows%2Fa.json/move/workflows%2Fb.json', true],
  ['POST', '/userdata/comfy.settings.json', true],
];

t.test('user data is not written, moved or deleted where Manager’s own files lie, below weak', async (t) => {
  for (const [method, path, allowed] of USERDATA)
    for (const level of SECURITY_LEVELS) {
      const expected = allowed || level === 'weak';
      t.equal(
        judgeManagerCall({ method, path, query: '' }, level).allow,
        expected,
        `${level}: ${method} ${path}`,
      );
      if (!expected) t.equal(managerConcern(method, path, '', level), 'judge', path);
    }
});

t.test('a body is asked for where it decides, and nowhere else', async (t) => {
  const needsBody = new Set(
    POLICY.filter(({ unless }) => unless !== undefined).flatMap(({ paths }) => paths),
  );
  for (const { path } of EXPECTED) {
    const isOwn = path.startsWith('assets') || NAMESPACE.some((name) => `${path}/`.startsWith(`${name}/`));
    t.ok(isOwn, path);
    t.equal(
      managerConcern('POST', `/${path}`, '', 'normal'),
      needsBody.has(path) ? 'judge-body' : 'judge',
      path,
    );
    t.equal(managerConcern('POST', `/${path}`, '', 'strong'), 'judge', 'at strong no body helps');
    t.equal(managerConcern('POST', `/${path}`, '', 'weak'), 'none', 'weak refuses nothing');
  }
});

t.test('what managerConcern lets pass unseen, judgeManagerCall allows', async (t) => {
  const path = fc.oneof(
    fc.constantFrom(...EXPECTED.map((row) => `/${row.path}`), ...UNCLEAR, ...USERDATA.map(([, raw]) => raw)),
    fc.webPath(),
    fc.string(),
    fc
      .array(fc.constantFrom('/', 'api', 'v2', 'manager', 'reboot', '%2f', '..', '%', '%6d', 'anager'))
      .map((parts) => parts.join('')),
  );
  const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS');
  holds(
    t,
    'none means allowed, and allowed at a stricter level means allowed at a lower one',
    fc.property(method, path, fc.constantFrom('', 'value=1'), (method, path, query) => {
      const call = { method, path, query };
      const allowed = SECURITY_LEVELS.map((level) => judgeManagerCall(call, level).allow);
      SECURITY_LEVELS.forEach((level, index) => {
        if (managerConcern(method, path, query, level) === 'none' && !allowed[index]) throw new Error(level);
      });
      return allowed[2] === true && (!allowed[0] || allowed[1] === true);
    }),
    3000,
  );
});

t.test('any percent-encoding of a path gets the verdict of the plain one', async (t) => {
  const spelled = fc.constantFrom(...EXPECTED).chain((expectation) =>
    fc.array(fc.constantFrom('plain', 'lower', 'upper'), { minLength: 64, maxLength: 64 }).map((how) => ({
      expectation,
      path: `/${[...expectation.path]
        .map((letter, index) => {
          const hex = `%${letter.charCodeAt(0).toString(16)}`;
          return how[index] === 'plain' ? letter : how[index] === 'upper' ? hex.toUpperCase() : hex;
        })
        .join('')}`,
    })),
  );
  holds(
    t,
    'the same verdict',
    fc.property(spelled, ({ expectation, path }) => {
      const [method = 'GET'] = expectation.methods;
      const plain = refusingLevels(expectation, method, `/${expectation.path}`);
      return String(refusingLevels(expectation, method, path)) === String(plain);
    }),
    1000,
  );
});

const Recorded = z.object({ method: z.string(), path: z.string() });

t.test('what a real ComfyUI was asked in the recordings is no concern of the policy’s', async (t) => {
  const folder = new URL('../../fixtures/comfyui/', import.meta.url);
  const asked = readdirSync(folder)
    .filter((name) => name.startsWith('http_'))
    .flatMap((name) => readFileSync(new URL(name, folder), 'utf8').trim().split('\n'))
    .flatMap((line) => {
      const { success, data } = Recorded.safeParse(JSON.parse(line));
      return success ? [data] : [];
    });
  t.ok(asked.length > 100, `${asked.length} requests`);
  // Recorded to see that ComfyUI refuses them; Studio's guard does so before.
  const clean = asked.filter(({ path }) => !/%2e|\.\.|\/\//i.test(path.split('?', 1)[0] ?? ''));
  for (const { method, path } of clean) {
    const [route = '', query = ''] = path.split('?', 2);
    t.equal(managerConcern(method, route, query, 'strong'), 'none', `${method} ${path}`);
  }
});
