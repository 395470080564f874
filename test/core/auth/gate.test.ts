import t from 'tap';
import { createApiKey } from '../../../core/auth/api-key.ts';
import { createGate, throttled } from '../../../core/auth/gate.ts';
import { createSessions } from '../../../core/auth/session.ts';
import { createThrottle } from '../../../core/auth/throttle.ts';
import { HttpError } from '../../../core/http/http-error.ts';
import type { RequestHead } from '../../../core/http/request.ts';
import type { Access } from '../../../core/http/route.ts';
import { KEY, type MadeUpRequest, makeRequest, NOW } from '../../support/handler.ts';

const OWN = 'http://studio.example:8000';
const EVIL = { origin: 'https://evil.example' };
const WRONG = { 'x-api-key': 'wrong-key-wrong-key' };
const RIGHT = { 'x-api-key': KEY };
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`me:${key}`).toString('base64')}` });

function makeGate() {
  const apiKey = createApiKey(KEY);
  const sessions = createSessions(Buffer.alloc(64, 7), apiKey.digest);
  const failures: { ip: string; block: number }[] = [];
  const gate = createGate(apiKey, sessions, createThrottle(), (failure) => failures.push(failure));
  const cookie = sessions.cookieAt(NOW).split(';')[0] ?? '';
  /** 'session', 'key', 'nobody' or the status of the refusal. */
  function decide(given: MadeUpRequest, access: Access = 'authenticated', isHandshake = false, now = NOW) {
    const decision = gate.decideAccess(makeRequest(given), access, isHandshake, now);
    return decision instanceof HttpError ? decision.status : decision.by;
  }
  return { gate, sessions, failures, session: { cookie }, decide };
}

type Row = readonly [
  string,
  MadeUpRequest['headers'],
  ReturnType<ReturnType<typeof makeGate>['decide']>,
  number,
];
const SESSION = makeGate().session;
const STALE = { cookie: 'session=authenticated:1.00' };

// [clause, headers, decision, failures counted]
const DECISIONS: readonly Row[] = [
  ['nothing presented: denied, and not counted', {}, 401, 0],
  ['a session', SESSION, 'session', 0],
  ['a bad cookie is denied, and not counted', STALE, 401, 0],
  ['"equal to API_KEY: authenticated"', RIGHT, 'key', 0],
  ['"X-API-Key is checked before the cookie"', { ...RIGHT, ...SESSION }, 'key', 0],
  ['"whatever the cookies say"', { ...RIGHT, ...STALE }, 'key', 0],
  ['"present and wrong: counted"', WRONG, 401, 1],
  ['"then the cookie may still decide"', { ...WRONG, ...SESSION }, 'session', 1],
  ['an empty X-API-Key is none', { 'x-api-key': '', ...SESSION }, 'session', 0],
  ['300 characters', { 'x-api-key': 'x'.repeat(300) }, 401, 1],
  ['the key and a space', { 'x-api-key': `${KEY} ` }, 401, 1],
  ['"Authorization: Bearer <key>"', bearer(KEY), 'key', 0],
  ['a wrong one', bearer('wrong'), 401, 1],
  ['"the password of Authorization: Basic"', basic(KEY), 'key', 0],
  ['a wrong one', basic('wrong'), 401, 1],
  [
    "ComfyUI's own Authorization is not held against a session",
    { ...bearer('wrong'), ...SESSION },
    'session',
    0,
  ],
  ['a scheme that is not ours', { authorization: 'Digest x' }, 401, 0],
  ['a wrong X-API-Key is not made good by Authorization', { ...WRONG, ...bearer(KEY) }, 401, 1],
  ['X_API_Key', { x_api_key: KEY }, 401, 0],
  ['X-Original-URL is not believed', { 'x-original-url': '/api/health', 'x-rewrite-url': '/login' }, 401, 0],
];

t.test('the access decision, clause by clause', async (t) => {
  for (const [clause, headers = {}, expected, counted] of DECISIONS) {
    const { decide, failures } = makeGate();
    t.equal(decide({ headers }), expected, clause);
    t.equal(failures.length, counted, `${clause}: ${counted} counted`);
  }
});

t.test('"Never taken from the URL"', async (t) => {
  const query = `api_key=${KEY}&key=${KEY}&X-API-Key=${KEY}&token=${KEY}&access_token=${KEY}`;
  t.equal(makeGate().decide({ path: '/api/x', query }), 401);
});

t.test('a public route asks nobody, and does not look at keys', async (t) => {
  const { decide, failures } = makeGate();
  t.equal(decide({ headers: {} }, 'public'), 'nobody');
  t.equal(decide({ headers: SESSION }, 'public'), 'nobody', 'so no cookie is renewed');
  t.equal(decide({ headers: WRONG }, 'public'), 'nobody');
  t.same(failures, []);
});

t.test(
  '"401 {"detail":"Not authenticated"}" names a scheme that makes no browser ask for a password',
  async (t) => {
    const error = makeGate().gate.decideAccess(makeRequest(), 'authenticated', false, NOW);
    if (!(error instanceof HttpError)) return t.fail('refused');
    t.equal(error.detail, 'Not authenticated');
    t.match(error.headers['WWW-Authenticate'], /^Bearer /);
  },
);

type CrossSiteRow = readonly [string, MadeUpRequest, Access, boolean, string | number];
const CROSS_SITE: readonly CrossSiteRow[] = [
  [
    'a GET by cookie from anywhere is no harm',
    { headers: { ...SESSION, ...EVIL } },
    'authenticated',
    false,
    'session',
  ],
  ['a HEAD neither', { method: 'HEAD', headers: { ...SESSION, ...EVIL } }, 'authenticated', false, 'session'],
  ...['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'].map(
    (method): CrossSiteRow => [
      `"not GET/HEAD ... Else 403": ${method}`,
      { method, headers: { ...SESSION, ...EVIL } },
      'authenticated',
      false,
      403,
    ],
  ),
  [
    'a POST from our own page',
    { method: 'POST', headers: { ...SESSION, origin: OWN } },
    'authenticated',
    false,
    'session',
  ],
  ['a POST without Origin', { method: 'POST', headers: SESSION }, 'authenticated', false, 'session'],
  ['Origin: null', { method: 'POST', headers: { ...SESSION, origin: 'null' } }, 'authenticated', false, 403],
  [
    'Sec-Fetch-Site: cross-site',
    { method: 'POST', headers: { ...SESSION, 'sec-fetch-site': 'cross-site' } },
    'authenticated',
    false,
    403,
  ],
  [
    'Sec-Fetch-Site: same-site',
    { method: 'POST', headers: { ...SESSION, 'sec-fetch-site': 'same-site' } },
    'authenticated',
    false,
    403,
  ],
  ['"every WebSocket handshake": foreign', { headers: { ...SESSION, ...EVIL } }, 'authenticated', true, 403],
  [
    'a handshake from our own page',
    { headers: { ...SESSION, origin: OWN } },
    'authenticated',
    true,
    'session',
  ],
  [
    'equal but for the port',
    { headers: { ...SESSION, origin: 'http://studio.example:8001' } },
    'authenticated',
    true,
    403,
  ],
  ['a handshake without a cookie is 401 and not 403', { headers: EVIL }, 'authenticated', true, 401],
  [
    'by X-API-Key, which no browser adds by itself',
    { method: 'POST', headers: { ...RIGHT, ...EVIL } },
    'authenticated',
    false,
    'key',
  ],
  [
    'by Bearer neither',
    { method: 'POST', headers: { ...bearer(KEY), ...EVIL } },
    'authenticated',
    false,
    'key',
  ],
  [
    'but a Basic password is sent along',
    { method: 'POST', headers: { ...basic(KEY), ...EVIL } },
    'authenticated',
    false,
    403,
  ],
  ['and in a handshake', { headers: { ...basic(KEY), ...EVIL } }, 'authenticated', true, 403],
  [
    '"login POST with Origin https://evil.example": 403',
    { method: 'POST', headers: EVIL },
    'public',
    false,
    403,
  ],
  ['login from our own page', { method: 'POST', headers: { origin: OWN } }, 'public', false, 'nobody'],
  [
    'a wrong X-API-Key beside the cookie opens nothing',
    { method: 'POST', headers: { ...WRONG, ...SESSION, ...EVIL } },
    'authenticated',
    false,
    403,
  ],
];

t.test('cross-site, clause by clause', async (t) => {
  for (const [clause, request, access, isHandshake, expected] of CROSS_SITE)
    t.equal(makeGate().decide(request, access, isHandshake), expected, clause);
});

t.test('5 wrong keys in one tick, then 429 with Retry-After, even for the right key', async (t) => {
  const { decide, gate, failures } = makeGate();
  const statuses = Array.from({ length: 6 }, () => decide({ headers: WRONG }));
  t.same(statuses, [401, 401, 401, 401, 401, 429]);
  t.equal(failures.length, 5, 'what was not looked at does not count');
  t.same(
    failures.map(({ block }) => block),
    [0, 0, 0, 0, 60],
    'the block is told when it begins',
  );
  for (const headers of [RIGHT, bearer(KEY), basic(KEY)])
    t.equal(decide({ headers }), 429, '"While throttled even the right key is refused at that address"');
  t.same(gate.checkKey(KEY, makeRequest(), NOW), { retryAfter: 60 }, 'at the login too');
  const refused = gate.decideAccess(makeRequest({ headers: RIGHT }), 'authenticated', false, NOW + 20);
  if (!(refused instanceof HttpError)) return t.fail('refused');
  t.equal(refused.headers['Retry-After'], '40');
});

t.test('what a throttled address may still do', async (t) => {
  const { decide, gate } = makeGate();
  for (let guess = 0; guess < 5; guess += 1) gate.checkKey('wrong', makeRequest(), NOW);
  t.equal(decide({ headers: SESSION }), 'session', '"sessions already open are not touched"');
  t.equal(decide({ headers: { ...RIGHT, ...SESSION } }), 'session', 'nor by a key that comes along');
  t.equal(decide({ headers: SESSION }, 'authenticated', true), 'session');
  t.equal(decide({}, 'public'), 'nobody', 'the login page');
  t.equal(decide({}), 401, 'who presents no key is told so');
  t.equal(decide({ headers: RIGHT, ip: '203.0.113.8' }), 'key', '"other addresses are not affected"');
  t.equal(
    decide({ headers: RIGHT }, 'authenticated', false, NOW + 60),
    'key',
    'and a minute later it is over',
  );
});

t.test(
  'a script of the owner with the right key does not clear the way for a guesser at the same address',
  async (t) => {
    const { decide } = makeGate();
    const statuses = Array.from({ length: 5 }, () => [
      decide({ headers: WRONG }),
      decide({ headers: RIGHT }),
    ]);
    t.same(statuses.at(-1), [401, 429]);
  },
);

t.test('a login with the right key forgives the typing errors before it', async (t) => {
  const { gate } = makeGate();
  const keys = ['a', 'b', 'c', 'd', KEY, 'e', 'f', 'g', 'h', KEY];
  const verdicts = keys.map((key) => gate.checkKey(key, makeRequest(), NOW));
  t.same(
    verdicts,
    keys.map((key) => (key === KEY ? 'right' : 'wrong')),
  );
});

t.test(
  'the address, which takes work to find out, is asked for only when a key is wrong or somebody is blocked',
  async (t) => {
    const { gate, session } = makeGate();
    function untraceable(headers: Readonly<Record<string, string>>): RequestHead {
      const request = makeRequest({ headers });
      return Object.defineProperty({ ...request }, 'ip', {
        get: () => t.fail('asked for the address'),
      });
    }
    for (const headers of [{}, session, RIGHT, bearer(KEY), STALE])
      gate.decideAccess(untraceable(headers), 'authenticated', false, NOW);
    t.pass('nobody asked');
  },
);

t.test('429 says how long to wait', async (t) => {
  const error = throttled(90);
  t.match(error, { status: 429, headers: { 'Retry-After': '90' } });
  t.match(error.detail, '90 seconds');
});
