import { randomBytes } from 'node:crypto';
import t from 'tap';
import { weakness } from '../../../core/auth/key-strength.ts';

const WEAK: readonly [string, string, RegExp][] = [
  ['the one in every example', 'changeme', /everybody knows/],
  ['in upper case', 'ChangeMe', /everybody knows/],
  ['another example', 'your_api_key', /everybody knows/],
  ['empty', '', /shorter than 12/],
  ['short', 'x7!Kq2$', /shorter than 12/],
  ['11 random characters', 'q8Zr!t2Lw9#', /shorter than 12/],
  ['a repeat', 'a'.repeat(40), /easy to guess/],
  ['a pattern', 'abcabcabcabcabcabc', /easy to guess/],
  ['a keyboard row', 'qwertyuiop123456', /easy to guess/],
  ['digits in order', '1234567890123456', /easy to guess/],
  ['a common password, longer', 'password123456', /easy to guess/],
  ['a date twice', '1990-01-011990-01-01', /easy to guess/],
  ["this product's name", 'comfyui-studio', /easy to guess/],
  ['what it is about', 'stable-diffusion', /easy to guess/],
  ['letters for digits', 'p4ssw0rdp4ssw0rd', /easy to guess/],
];

t.test('"changeme, short, or guessed by zxcvbn" is weak', async (t) => {
  for (const [what, key, words] of WEAK) t.match(await weakness(key), words, what);
});

t.test('random keys and a few random words are not', async (t) => {
  const good = [
    randomBytes(32).toString('base64'),
    randomBytes(16).toString('hex'),
    'correct-horse-battery-staple-7',
    'wPz4-yTn8-rKq2',
    randomBytes(8).toString('hex'),
    'granite otter violin'.replaceAll(' ', '-'),
    'x'.repeat(10) + randomBytes(24).toString('base64url'),
  ];
  for (const key of good) t.equal(await weakness(key), null, key);
});

t.test('the longest key is judged by its first 64 characters', async (t) => {
  t.match(await weakness('a'.repeat(256)), /easy to guess/);
  t.equal(await weakness(randomBytes(192).toString('base64')), null);
});
