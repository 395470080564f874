import t from 'tap';
import type { Context } from '../../../core/context.ts';
import { HttpError } from '../../../core/http/http-error.ts';
import type { Reply } from '../../../core/http/reply.ts';
import { login } from '../../../handlers/auth/login.ts';
import { KEY, type MadeUpRequest, makeContext, makeRequest, NOW } from '../../support/handler.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

const post = (given: MadeUpRequest) => makeRequest({ method: 'POST', path: '/api/auth/login', ...given });
const byJson = (body: unknown, given: MadeUpRequest = {}) => post({ body: JSON.stringify(body), ...given });
const byForm = (fields: Record<string, string>, given: MadeUpRequest = {}) =>
  post({ body: new URLSearchParams(fields).toString(), headers: FORM, ...given });

/** The reply, or the error that the server would make one of. */
function answer(context: Context, request: ReturnType<typeof post>): Reply | HttpError {
  try {
    return login(context, request);
  } catch (error) {
    if (error instanceof HttpError) return error;
    throw error;
  }
}

t.test('"JSON {api_key, next?} -> 200 {"status":"ok","redirect":<next or /home>} + cookie"', async (t) => {
  const rows: readonly [unknown, string][] = [
    [undefined, '/home'],
    [null, '/home'],
    ['', '/home'],
    ['/comfyui/?a=b', '/comfyui/?a=b'],
    ['//evil.example', '/home'],
    ['https://evil.example', '/home'],
    ['/x\r\nSet-Cookie: a=b', '/home'],
  ];
  for (const [next, redirect] of rows) {
    const context = await makeContext();
    const reply = login(context, byJson({ api_key: KEY, next }));
    t.equal(reply.status, 200);
    t.same(JSON.parse(String(reply.body)), { status: 'ok', redirect }, `next: ${JSON.stringify(next)}`);
    t.equal(reply.sessionCookie, context.sessions.cookieAt(NOW));
  }
});

t.test('"or 401 {"detail":"Invalid API key"}", without a cookie', async (t) => {
  const context = await makeContext();
  for (const api_key of ['wrong', '', `${KEY} `, KEY.slice(1), 'é'.repeat(300)]) {
    const error = answer(await makeContext(), byJson({ api_key }));
    t.match(error, { status: 401, detail: 'Invalid API key' }, api_key.slice(0, 40));
    t.notOk('sessionCookie' in error);
  }
  t.same(await context.events.since(0), []);
});

t.test('a body that is not what it should be gets 400 and counts as no guess', async (t) => {
  const context = await makeContext();
  const bodies: readonly (string | Uint8Array)[] = [
    '',
    '[]',
    '5',
    'null',
    '"text"',
    '{}',
    '{"api_key":5}',
    '{"api_key":null}',
    `{"api_key":["${KEY}"]}`,
    `{"api_key":"x","api_key":"${KEY}"}`,
    `{"api_key":"${KEY}","\\u0061pi_key":"x"}`,
    `{"api_key":"${KEY}","__proto__":{}}`,
    `{"api_key":"${KEY}","next":5}`,
    `{"api_key":"${'k'.repeat(1025)}"}`,
    `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
    Buffer.from([0x7b, 0xff, 0x7d]),
  ];
  for (const body of bodies)
    t.match(answer(context, post({ body })), { status: 400 }, String(body).slice(0, 60));
  t.match(login(context, byJson({ api_key: KEY })), { status: 200 }, 'so the address is not throttled');
});

t.test('JSON that curl -d sends as a form is read as JSON', async (t) => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const reply = answer(await makeContext(), post({ headers, body: JSON.stringify({ api_key: KEY }) }));
  t.match(reply, { status: 200, body: '{"status":"ok","redirect":"/home"}' });
});

t.test('another media type gets 415', async (t) => {
  const headers = { 'content-type': 'multipart/form-data; boundary=x' };
  t.match(answer(await makeContext(), post({ headers, body: 'x' })), { status: 415 });
});

t.test('"an HTML form post -> 303, so that the page works without JavaScript"', async (t) => {
  const context = await makeContext();
  const reply = login(context, byForm({ api_key: KEY, next: '/comfyui/', username: 'studio' }));
  t.match(reply, { status: 303, headers: { Location: '/comfyui/' } });
  t.equal(reply.sessionCookie, context.sessions.cookieAt(NOW));
  t.match(login(context, byForm({ api_key: KEY })), { headers: { Location: '/home' } });
  t.match(login(context, byForm({ api_key: KEY, next: '//evil.example' })), {
    headers: { Location: '/home' },
  });
});

t.test(
  'a refused form goes back to the page with the error and the way on, and never with the key',
  async (t) => {
    const context = await makeContext();
    const refused = () => login(context, byForm({ api_key: 'hunter2', next: '/comfyui/?a=b&c' }));
    t.same(refused(), {
      status: 303,
      headers: { Location: '/login?error=invalid&next=%2Fcomfyui%2F%3Fa%3Db%26c' },
      body: '',
    });
    for (let guess = 0; guess < 4; guess += 1) refused();
    t.match(refused().headers.Location, /^\/login\?error=throttled&wait=60&next=/);
    t.notMatch(JSON.stringify(refused()), 'hunter2');
    t.match(
      login(context, byForm({})).headers.Location,
      'error=throttled',
      'no key at all is a guess like any',
    );
  },
);

t.test('"5 in a minute, then 429 with Retry-After", for JSON and forms together, in one tick', async (t) => {
  const context = await makeContext();
  const guesses = [1, 2, 3, 4, 5].map((guess) =>
    guess % 2 === 0 ? login(context, byForm({ api_key: 'x' })) : answer(context, byJson({ api_key: 'x' })),
  );
  t.same(
    guesses.map(({ status }) => status),
    [401, 303, 401, 303, 401],
  );
  const right = byJson({ api_key: KEY });
  t.match(answer(context, right), { status: 429, headers: { 'Retry-After': '60' } }, 'even the right key');
  t.match(login(context, byForm({ api_key: KEY })), { status: 303 });
  t.notOk('sessionCookie' in login(context, byForm({ api_key: KEY })));
  t.match(
    login(context, byJson({ api_key: KEY }, { ip: '203.0.113.8' })),
    { status: 200 },
    'not at another address',
  );
});

t.test('a login is an event, with the address and the browser, and nothing secret', async (t) => {
  const context = await makeContext();
  login(context, byJson({ api_key: KEY }, { headers: { 'user-agent': 'x'.repeat(5000) } }));
  const [event] = await context.events.since(0);
  t.match(event, {
    type: 'auth.login',
    severity: 'info',
    data: { ip: '203.0.113.7', user_agent: 'x'.repeat(200) },
  });
  t.notMatch(JSON.stringify(event), KEY);
  t.notMatch(JSON.stringify(event), 'authenticated:');
});

t.test('the key in the URL is not taken', async (t) => {
  const context = await makeContext();
  t.match(answer(context, byJson({}, { query: `api_key=${KEY}` })), { status: 400 });
  t.match(login(context, byForm({}, { query: `api_key=${KEY}` })).headers.Location, 'error=invalid');
});
