import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { createSessions } from '../../../core/auth/session.ts';
import { holds } from '../../support/property.ts';
import { KEY_DIGEST, SECRET, signedToken } from '../../support/tokens.ts';

const NOW = 1_800_000_000;
const sessions = () => createSessions(SECRET, KEY_DIGEST);
const GOOD = signedToken(String(NOW));
const [PAYLOAD = '', TAG = ''] = GOOD.split('.');

t.test('"HttpOnly; Secure; SameSite=Strict; Path=/; Max-Age=86400", and nothing else', async (t) => {
  const [value, ...attributes] = sessions().cookieAt(NOW).split('; ');
  t.equal(value, `session=${GOOD}`, 'the value is `authenticated:<unix seconds>.<hex HMAC-SHA256>`');
  t.match(value, /^session=authenticated:\d+\.[0-9a-f]{64}$/, 'whole 256-bit tag');
  t.same(attributes.sort(), ['HttpOnly', 'Max-Age=86400', 'Path=/', 'SameSite=Strict', 'Secure']);
});

t.test('the cookie that ends a session has the same attributes, no value and no time left', async (t) => {
  const [value, ...attributes] = sessions().endingCookie.split('; ');
  t.equal(value, 'session=');
  t.same(attributes.sort(), ['HttpOnly', 'Max-Age=0', 'Path=/', 'SameSite=Strict', 'Secure']);
});

t.test('a cookie is renewed each second, and is the same string within one', async (t) => {
  const { cookieAt } = sessions();
  t.equal(cookieAt(NOW), cookieAt(NOW));
  t.not(cookieAt(NOW), cookieAt(NOW + 1));
  t.match(cookieAt(NOW + 1), `authenticated:${NOW + 1}.`);
});

// [what, the token's timestamp, valid?]; every one of them carries the right tag.
const WINDOW: readonly [string, string, boolean][] = [
  ['0 <= now - timestamp: now', String(NOW), true],
  ['a second old', String(NOW - 1), true],
  ['now - timestamp <= 86400: 86,400 s old', String(NOW - 86_400), true],
  ['86,401 s old', String(NOW - 86_401), false],
  ['60 s ahead', String(NOW + 60), true],
  ['"in the future (over 60 s) is invalid": 61 s ahead', String(NOW + 61), false],
  ['an hour ahead', String(NOW + 3600), false],
  ['the year 1970', '0', false],
  ['negative', '-1', false],
  ['minus now', `-${NOW}`, false],
  ['1e9', '1e9', false],
  ['1.8e9, which is now', '1.8e9', false],
  ['hexadecimal', `0x${NOW.toString(16)}`, false],
  ['with a plus', `+${NOW}`, false],
  ['a space before', ` ${NOW}`, false],
  ['a space after', `${NOW} `, false],
  ['a tab after', `${NOW}\t`, false],
  ['a leading zero', `0${NOW}`, false],
  ['a fraction', `${NOW}.5`, false],
  ['12 digits, milliseconds almost', `${NOW}00`, false],
  ['20 digits', '18000000000000000000', false],
  ['empty', '', false],
  ['NaN', 'NaN', false],
  ['Infinity', 'Infinity', false],
  ['other digits', '١٨٠٠٠٠٠٠٠٠', false],
];

t.test(
  'a token counts when its timestamp is plain digits within the window, even if the tag is right',
  async (t) => {
    for (const [what, timestamp, valid] of WINDOW) {
      const caller = sessions().callerOf(`session=${signedToken(timestamp)}`, NOW);
      t.same(caller, valid ? { by: 'session', issuedAt: Number(timestamp) } : null, what);
    }
  },
);

t.test(
  'a token that was verified once still ends after 24 hours, and is not valid before its time',
  async (t) => {
    const { callerOf } = sessions();
    t.ok(callerOf(`session=${GOOD}`, NOW));
    t.ok(callerOf(`session=${GOOD}`, NOW + 86_400));
    t.equal(callerOf(`session=${GOOD}`, NOW + 86_401), null);
    t.equal(callerOf(`session=${GOOD}`, NOW - 61), null, 'the clock went back');
    t.ok(callerOf(`session=${GOOD}`, NOW), 'and is not forgotten by that');
  },
);

const FORGED: readonly [string, string][] = [
  ['the tag cut to 128 bits', GOOD.slice(0, -32)],
  ['the tag short of one digit', GOOD.slice(0, -1)],
  ['one digit too many', `${GOOD}0`],
  ['the tag in upper case', `${PAYLOAD}.${TAG.toUpperCase()}`],
  ['an empty tag', `${PAYLOAD}.`],
  ['no tag', PAYLOAD],
  ['no payload', `.${TAG}`],
  ['only the tag', TAG],
  ['the tag twice', `${GOOD}.${TAG}`],
  ['64 zeros', `${PAYLOAD}.${'0'.repeat(64)}`],
  ['another timestamp under this tag', `authenticated:${NOW - 1}.${TAG}`],
  ['another word', `Authenticated:${NOW}.${TAG}`],
  ['in quotes', `"${GOOD}"`],
  ['percent-encoded', encodeURIComponent(GOOD)],
  ['an empty value', ''],
];

t.test('"Valid when the tag matches": whole, in lower case, over this very timestamp', async (t) => {
  for (const [what, token] of FORGED) t.equal(sessions().callerOf(`session=${token}`, NOW), null, what);
});

t.test('of two session cookies the valid one counts, whichever comes first', async (t) => {
  const bad = `${PAYLOAD}.${'0'.repeat(64)}`;
  const rows: readonly [string, boolean][] = [
    [`session=${bad}; session=${GOOD}`, true],
    [`session=${GOOD}; session=${bad}`, true],
    [`session=; session=${GOOD}`, true],
    [`session=${'x'.repeat(4000)}; session=${GOOD}`, true],
    [`session=${bad}; session=${bad}`, false],
    [`theme=dark; session=${GOOD}; lang=de`, true],
    [`Session=${GOOD}`, false],
    [`xsession=${GOOD}`, false],
    [`session2=${GOOD}`, false],
    [`a=session=${GOOD}`, false],
    [`a="; session=${GOOD}`, true],
    ['', false],
  ];
  for (const [header, valid] of rows)
    t.equal(sessions().callerOf(header, NOW) !== null, valid, header.slice(0, 60));
});

t.test('"a new secret file or a new API key ends every session"', async (t) => {
  const header = sessions().cookieAt(NOW).split(';')[0] ?? '';
  t.ok(sessions().callerOf(header, NOW), 'the same two accept it, in another process');
  t.equal(createSessions(randomBytes(64), KEY_DIGEST).callerOf(header, NOW), null, 'a new secret');
  const otherKey = createHash('sha256').update('correct-horse-battery-staple-8').digest();
  t.equal(createSessions(SECRET, otherKey).callerOf(header, NOW), null, 'a new API key');
  const oneBit = Buffer.from(SECRET);
  oneBit[63] = (oneBit[63] ?? 0) ^ 1;
  t.equal(createSessions(oneBit, KEY_DIGEST).callerOf(header, NOW), null, 'one bit of the secret');
});

t.test('what is signed is accepted, and no change of one character is', async (t) => {
  const age = fc.integer({ min: -60, max: 86_400 });
  holds(
    t,
    'verify(sign(t)) holds',
    fc.property(
      age,
      (old) =>
        sessions().callerOf(
          sessions()
            .cookieAt(NOW - old)
            .split(';')[0] ?? '',
          NOW,
        ) !== null,
    ),
  );
  const change = fc.tuple(fc.nat(GOOD.length - 1), fc.integer({ min: 0x21, max: 0x7e }));
  holds(
    t,
    'one character changed',
    fc.property(change, ([at, code]) => {
      const changed = GOOD.slice(0, at) + String.fromCharCode(code) + GOOD.slice(at + 1);
      return changed === GOOD || sessions().callerOf(`session=${changed}`, NOW) === null;
    }),
    2000,
  );
  holds(
    t,
    'one character left out or put in',
    fc.property(change, ([at, code]) => {
      const inserted = GOOD.slice(0, at) + String.fromCharCode(code) + GOOD.slice(at);
      const shorter = GOOD.slice(0, at) + GOOD.slice(at + 1);
      return [inserted, shorter].every((token) => sessions().callerOf(`session=${token}`, NOW) === null);
    }),
    1000,
  );
});
