import fc from 'fast-check';
import t from 'tap';
import { createLog, createSecrets, type LogLevel, scrubber } from '../../core/log.ts';
import { holds } from '../support/property.ts';
import { signedToken } from '../support/tokens.ts';

/** With all that spellings differ in: quotes, a backslash, `+`, `/`, `%`, `&`, and characters that only forms encode. */
const KEY = 'a"b\\c+d/e%f&g=h~!*(i)';
const TOKEN = signedToken('1800000000');
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

async function logged(level: LogLevel = 'trace', secrets = createSecrets(KEY)) {
  const lines: string[] = [];
  const log = await createLog({ level, secrets, destination: { write: (line) => lines.push(line) } });
  return { log, lines };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

const SPELLINGS: readonly [string, string][] = [
  ['as it is', KEY],
  ['inside JSON', JSON.stringify({ api_key: KEY })],
  ['inside JSON inside JSON', JSON.stringify(JSON.stringify({ api_key: KEY }))],
  ['URL-encoded', `/x?key=${encodeURIComponent(KEY)}`],
  [
    'URL-encoded in lower case',
    `/x?key=${encodeURIComponent(KEY).replace(/%../g, (byte) => byte.toLowerCase())}`,
  ],
  ['in a form', new URLSearchParams({ api_key: KEY }).toString()],
  ['base64', base64(KEY)],
  ['base64url', Buffer.from(KEY).toString('base64url')],
  ...['', 'm', 'me', 'admin', 'someone'].map((user): [string, string] => [
    `Basic, user "${user}"`,
    `Authorization: Basic ${base64(`${user}:${KEY}`)}`,
  ]),
];

t.test(
  '"never in any log, at any level": in a message, a field, a nested field, an array, an error',
  async (t) => {
    for (const level of LEVELS) {
      const { log, lines } = await logged();
      for (const [, text] of SPELLINGS) {
        log[level](text);
        log[level]({ text, a: { b: { c: { d: { e: [text, { text }] } } } } }, 'nested');
        log[level]({ err: new Error(text, { cause: new Error(text) }) }, 'an error');
        log[level]({ [text]: 1 }, 'a name');
        log.child({ text })[level]('a child');
      }
      t.equal(lines.length, 5 * SPELLINGS.length);
      const all = lines.join('');
      for (const [what, text] of SPELLINGS) t.notOk(all.includes(text), `${level}: ${what}`);
      for (const line of lines) JSON.parse(line);
      t.match(all, '[redacted]');
    }
  },
);

t.test('session tokens are no secrets known beforehand, and go as well', async (t) => {
  const { log, lines } = await logged();
  for (const text of [TOKEN, `session=${TOKEN}; a=b`, encodeURIComponent(TOKEN), TOKEN.replace(':', '%3a')]) {
    log.info(text);
    log.info({ a: { b: { c: { d: text } } } });
  }
  t.notMatch(lines.join(''), TOKEN.slice(-64));
  t.notMatch(lines.join(''), TOKEN.slice(-64, -40), 'nor half of one');
});

t.test('fields that hold secrets are redacted by name, whatever is in them', async (t) => {
  const names = [
    'x-api-key',
    'authorization',
    'cookie',
    'set-cookie',
    'api_key',
    'apiKey',
    'key',
    'secret',
    'token',
  ];
  for (const name of names) {
    const { log, lines } = await logged();
    log.info({
      [name]: 'unknown-1',
      headers: { [name]: 'unknown-2' },
      request: { headers: { [name]: 'unknown-3' } },
    });
    t.notMatch(lines.join(''), 'unknown', name);
  }
});

t.test('a line without a secret stays as it is', async (t) => {
  const ordinary = [
    '{"level":30,"msg":"ComfyUI Studio serves on http://0.0.0.0:8000"}\n',
    'authenticated: no',
    'GET /static/assets/home-Bx3f9a.js 200',
    base64('something else entirely'),
    '',
  ];
  for (const line of ordinary) t.equal(scrubber([KEY])(line), line);
  const { log, lines } = await logged();
  log.info({ path: '/home', status: 200, keys: 3, tokens: 4 }, 'request');
  t.match(JSON.parse(lines[0] ?? ''), {
    level: 30,
    path: '/home',
    status: 200,
    keys: 3,
    tokens: 4,
    msg: 'request',
  });
});

t.test('a level that is not asked for is not written', async (t) => {
  const { log, lines } = await logged('warn');
  log.info('x');
  log.debug('x');
  t.same(lines, []);
  log.warn('x');
  t.equal(lines.length, 1);
});

t.test('a key of any characters is found beside any user name, and little of it is left', async (t) => {
  const key = fc.stringMatching(/^[\x21-\x7e]{12,64}$/);
  const user = fc.stringMatching(/^[\x21-\x39\x3b-\x7e]{0,20}$/);
  holds(
    t,
    'base64 of user:key, decoded from what is left, has no four characters of the key in a row',
    fc.property(key, user, (secret, name) => {
      const clean = scrubber([secret])(`Basic ${base64(`${name}:${secret}`)}`);
      const [left = ''] = clean.slice('Basic '.length).split('[redacted]');
      const decoded = Buffer.from(left, 'base64').toString('latin1');
      return (
        clean.includes('[redacted]') &&
        clean.endsWith('[redacted]') &&
        `${name}:`.startsWith(decoded.slice(0, -1))
      );
    }),
    1000,
  );
});

t.test('a short secret, which only STUDIO_ALLOW_WEAK_KEY allows, does not swallow the log', async (t) => {
  for (const secret of ['a', 'ab', 'abc']) {
    const line = scrubber([secret])('{"level":30,"msg":"Studio"}');
    t.ok(line.length < 60, secret);
  }
  t.equal(scrubber([''])('x'), 'x');
  t.equal(scrubber([])('x'), 'x');
});
