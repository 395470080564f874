import { createHash } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { createApiKey, LONGEST_KEY } from '../../../core/auth/api-key.ts';
import { holds } from '../../support/property.ts';

const KEY = 'correct-horse-battery-staple-7';
const LONGEST = 'k'.repeat(LONGEST_KEY);

const ROWS: readonly [string, string, string, boolean][] = [
  ['itself', KEY, KEY, true],
  ['nothing', KEY, '', false],
  ['its beginning', KEY, KEY.slice(0, -1), false],
  ['its end', KEY, KEY.slice(1), false],
  ['one character more', KEY, `${KEY}x`, false],
  ['a zero byte more, which padding could hide', KEY, `${KEY}\0`, false],
  ['zero bytes up to the longest', KEY, KEY.padEnd(LONGEST_KEY, '\0'), false],
  ['a space more', KEY, `${KEY} `, false],
  ['upper case', KEY, KEY.toUpperCase(), false],
  ['twice', KEY, KEY + KEY, false],
  ['not ASCII', KEY, KEY.replace('o', 'ö'), false],
  ['letters that look alike', KEY, KEY.replace('o', 'о'), false],
  ['a lone surrogate', KEY, `${KEY.slice(0, -1)}\ud800`, false],
  ['300 characters', KEY, 'x'.repeat(300), false],
  ['the key and then 300 characters', KEY, KEY.padEnd(300, 'x'), false],
  ['70,000 characters, more than 16 bits count', KEY, KEY.padEnd(65_536 + KEY.length, 'x'), false],
  ['the longest key', LONGEST, LONGEST, true],
  ['the longest key and one more', LONGEST, `${LONGEST}k`, false],
  ['the longest key, short of one', LONGEST, LONGEST.slice(1), false],
  ['the longest key and what would be cut off', LONGEST, `${LONGEST}${'k'.repeat(44)}`, false],
  ['as many characters as the longest key, but more bytes', LONGEST, `${LONGEST.slice(1)}é`, false],
];

t.test('only the key itself matches, whatever the lengths', async (t) => {
  for (const [what, key, presented, matches] of ROWS)
    t.equal(createApiKey(key).matches(presented), matches, what);
});

t.test('what was presented before has no influence', async (t) => {
  const key = createApiKey(KEY);
  key.matches('z'.repeat(300));
  t.ok(key.matches(KEY));
  key.matches(KEY);
  t.notOk(key.matches(''), 'the buffer is emptied');
  t.notOk(key.matches(KEY.slice(0, 5)));
});

t.test('the digest is the SHA-256 of the key, and nothing of the object shows the key', async (t) => {
  const key = createApiKey(KEY);
  t.equal(Buffer.from(key.digest).toString('hex'), createHash('sha256').update(KEY).digest('hex'));
  t.notMatch(JSON.stringify(key), KEY);
});

t.test('it agrees with === for ASCII keys', async (t) => {
  const text = fc.stringMatching(/^[\x21-\x7e]{1,256}$/);
  const presented = fc.oneof(text, fc.string({ maxLength: 300, unit: 'binary' }));
  holds(
    t,
    'matches is equality',
    fc.property(text, presented, (key, other) => createApiKey(key).matches(other) === (key === other)),
    500,
  );
  holds(
    t,
    'and it does match',
    fc.property(text, (key) => createApiKey(key).matches(key)),
  );
});
