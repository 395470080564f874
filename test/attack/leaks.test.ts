import { once } from 'node:events';
import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { KEY } from '../support/handler.ts';
import { signedToken } from '../support/tokens.ts';
import { toy } from '../support/workflows.ts';
import { get, post } from './row.ts';
import { TABLE } from './rows/rows.ts';
import { givenBy, send, startTarget, type Target } from './run-rows.ts';
import { type Conversation, talk } from './wire.ts';

/** What may be in no log line and no error, each as it is and as it could be spelled. */
function secretsOf(token: string): RegExp {
  const tag = token.slice(token.indexOf('.') + 1);
  const spellings = [
    KEY,
    encodeURIComponent(KEY),
    Buffer.from(KEY).toString('base64').replace(/=+$/, ''),
    Buffer.from(KEY).toString('hex'),
    tag,
    MARKED,
  ];
  return new RegExp(spellings.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'));
}

/** A wrong key, a cookie of ComfyUI's and a token that somebody mistyped: they are as secret as the right ones. */
const MARKED = 'marked-0af3c1';

const WITH_SECRETS = (token: string): readonly string[] => [
  get(`/api/auth/session?api_key=${KEY}&token=${token}`),
  get(`/static/${'x'.repeat(10)}?${KEY}`),
  get('/api/auth/session', `X-API-Key: ${MARKED}-wrong-key`),
  get('/api/auth/session', `Authorization: Bearer ${MARKED}-wrong-key`),
  get('/api/auth/session', `Authorization: Basic ${Buffer.from(`me:${KEY}`).toString('base64')}`),
  get('/api/auth/session', `Cookie: other=${MARKED}; session=${token}`),
  get('/api/auth/session', `Cookie: session=authenticated:${MARKED}`),
  get('/api/nothing', `X-API-Key: ${KEY}`, `User-Agent: ${MARKED}`, `Referer: http://x/?key=${KEY}`),
  get('/api//nothing', `X-API-Key: ${KEY}`, `Cookie: session=${token}`),
  post('/api/auth/login', JSON.stringify({ api_key: KEY, next: `/x?key=${KEY}` })),
  post('/api/auth/login', JSON.stringify({ api_key: `${MARKED}-wrong` })),
  post('/api/auth/login', `{"api_key":"${KEY}"`),
  post('/api/auth/login', `{"api_key":["${KEY}"]}`),
  post('/api/auth/login', `api_key=${KEY}`, 'Content-Type: application/x-www-form-urlencoded'),
  post('/api/auth/login', `api_key=${MARKED}`, 'Content-Type: application/x-www-form-urlencoded'),
  post('/api/auth/login', KEY, 'Content-Type: multipart/form-data'),
  post('/api/auth/logout', '', `Cookie: session=${token}`),
  post('/api/run', KEY, `X-API-Key: ${KEY}`),
  post('/api/run', JSON.stringify({ prompt: { 1: { class_type: KEY, inputs: {} } } }), `X-API-Key: ${KEY}`),
  post('/api/run/cancel/nothing', '', `X-API-Key: ${KEY}`),
];

function assertSilent(t: Test, { studio }: Target, secrets: RegExp, what: string): void {
  t.ok(studio.logged.length > 0, 'there is a log');
  t.strictSame(
    studio.logged.filter((line) => secrets.test(line)),
    [],
    `${what}: no log line`,
  );
}

/** Of a reply, all but the cookie that it sets, and where a login goes on to by its own wish. */
const errorsOf = ({ replies }: Conversation): string[] =>
  replies
    .filter(({ status }) => status >= 400)
    .map(({ headers, body }) =>
      [...headers]
        .map(([name, value]) => (name === 'set-cookie' ? '' : `${name}: ${value}`))
        .join('\n')
        .concat(body),
    );

t.test(
  'every hostile request of the table: no secret in a log line at trace level, nor in an error',
  async (t) => {
    const target = await startTarget(t, { LOG_LEVEL: 'trace', TRUSTED_PROXIES: '127.0.0.1' });
    const secrets = secretsOf(givenBy(target.studio).cookie);
    const leaks: string[] = [];
    for (const row of Object.values(TABLE).flat()) {
      const found = errorsOf(await send(target.studio, row)).filter((error) => secrets.test(error));
      if (found.length > 0) leaks.push(row.name);
    }
    t.strictSame(leaks, []);
    assertSilent(t, target, secrets, 'the table');
  },
);

t.test('requests that carry secrets where they do not belong', async (t) => {
  const target = await startTarget(t, { LOG_LEVEL: 'trace' });
  const token = signedToken(String(Math.floor(Date.now() / 1000)));
  const secrets = secretsOf(token);
  for (const request of WITH_SECRETS(token)) {
    const conversation = await talk(target.studio.port, [Buffer.from(request, 'latin1')], { replies: 1 });
    t.equal(conversation.replies.length, 1, request.slice(0, request.indexOf('\r\n')));
    // What ComfyUI says of a workflow is passed on in its own words, and names what was in it.
    if (request.includes('"class_type"')) continue;
    t.strictSame(
      errorsOf(conversation).filter((error) => secrets.test(error)),
      [],
      'no error body',
    );
  }
  assertSilent(t, target, secrets, 'misplaced secrets');
  t.strictSame(
    (await target.studio.context.events.since(0)).filter((event) => secrets.test(JSON.stringify(event))),
    [],
    'no event',
  );
});

t.test('a login, a run and its stream', async (t) => {
  const target = await startTarget(t, { LOG_LEVEL: 'trace' });
  const { studio } = target;
  const login = await fetch(`${studio.url}/api/auth/login`, {
    method: 'POST',
    body: JSON.stringify({ api_key: KEY }),
  });
  const cookie = login.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  const secrets = secretsOf(cookie);
  t.match(cookie, secrets, 'they are what is looked for');
  const viewer = new WebSocket(`${studio.url.replace('http', 'ws')}/api/run/ws`, { headers: { cookie } });
  t.teardown(() => viewer.terminate());
  const ended = new Promise<void>((resolve) => {
    viewer.on('message', (data: Buffer, isBinary) => {
      if (!isBinary && JSON.parse(String(data)).status === 'completed') resolve();
    });
  });
  await once(viewer, 'open');
  const started = await fetch(`${studio.url}/api/run`, {
    method: 'POST',
    headers: { cookie },
    body: JSON.stringify({ prompt: toy(2, 'none', 1) }),
  });
  const { prompt_id } = z.object({ prompt_id: z.string() }).parse(await started.json());
  await ended;
  for (const path of [`/api/run/status/${prompt_id}`, '/home', '/api/auth/session', '/api/nothing']) {
    await (await fetch(studio.url + path, { headers: { cookie } })).text();
    await (await fetch(studio.url + path, { headers: { 'X-API-Key': KEY } })).text();
  }
  assertSilent(t, target, secrets, 'a working day');
  t.strictSame(
    target.comfyui.requests.filter((request) => secrets.test(JSON.stringify(request))),
    [],
    'nor does ComfyUI see them',
  );
});
