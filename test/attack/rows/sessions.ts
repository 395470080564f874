import { SECRET, signedToken } from '../../support/tokens.ts';
import { type Given, get, type Row } from '../row.ts';

interface Case {
  readonly name: string;
  readonly why: string;
  /** The whole Cookie header. */
  readonly cookie: (given: Given) => string;
}

const DAY = 86_400;
const tagOf = (token: string): string => token.slice(token.indexOf('.') + 1);
const current = ({ token, now }: Given): string => token(now);

const REFUSED: readonly Case[] = [
  {
    name: "another timestamp under the right one's tag",
    why: 'a session that is longer, or anybody’s',
    cookie: (given) => `session=authenticated:${given.now - 1}.${tagOf(current(given))}`,
  },
  {
    name: 'the tag truncated',
    why: 'whole, or it is guessed by halves',
    cookie: (g) => `session=${current(g).slice(0, -1)}`,
  },
  { name: 'half the tag', why: 'the same', cookie: (g) => `session=${current(g).slice(0, -32)}` },
  { name: 'the tag with a digit more', why: 'the same', cookie: (g) => `session=${current(g)}0` },
  {
    name: 'the tag in upper case',
    why: 'one token has one spelling',
    cookie: (g) => `session=authenticated:${g.now}.${tagOf(current(g)).toUpperCase()}`,
  },
  { name: 'an empty tag', why: 'equal to nothing', cookie: (g) => `session=authenticated:${g.now}.` },
  { name: 'no tag', why: 'the same', cookie: (g) => `session=authenticated:${g.now}` },
  {
    name: 'a tag of zeros',
    why: 'a comparison with an empty buffer',
    cookie: (g) => `session=authenticated:${g.now}.${'0'.repeat(64)}`,
  },
  {
    name: 'a tag of 64 bytes that are not hexadecimal',
    why: 'a buffer that decodes to nothing',
    cookie: (g) => `session=authenticated:${g.now}.${'z'.repeat(64)}`,
  },
  {
    name: 'the tag of 63 ASCII bytes and one that is not',
    why: 'two bytes in UTF-8',
    cookie: (g) => `session=${current(g).slice(0, -1)}\xe9`,
  },
  {
    name: 'a wrong tag, one digit',
    why: 'all of it is compared',
    cookie: (g) => `session=${current(g).replace(/.$/, (c) => (c === '0' ? '1' : '0'))}`,
  },
  {
    name: 'a wrong tag, the first digit',
    why: 'the same',
    cookie: (g) => `session=${current(g).replace(/\.(.)/, (_, c) => (c === '0' ? '.1' : '.0'))}`,
  },
  {
    name: 'the token twice',
    why: 'a parser that takes what it finds',
    cookie: (g) => `session=${current(g)}${current(g)}`,
  },
  {
    name: 'another word',
    why: 'the payload says what was signed',
    cookie: (g) => `session=${current(g).replace('authenticated', 'Authenticated')}`,
  },
  { name: 'no word', why: 'the same', cookie: (g) => `session=${current(g).replace('authenticated', '')}` },
  {
    name: 'percent-encoded',
    why: 'one token has one spelling',
    cookie: (g) => `session=${current(g).replace(':', '%3A')}`,
  },
  { name: 'in quotes', why: 'the same', cookie: (g) => `session="${current(g)}"` },
  { name: 'a space in it', why: 'the same', cookie: (g) => `session=${current(g).replace('.', '. ')}` },
  {
    name: 'under the name Session',
    why: 'names of cookies are case-sensitive',
    cookie: (g) => `Session=${current(g)}`,
  },
  { name: 'under the name xsession', why: 'another name', cookie: (g) => `xsession=${current(g)}` },
  { name: 'under the name session2', why: 'another name', cookie: (g) => `session2=${current(g)}` },
  { name: 'within another cookie', why: 'another value', cookie: (g) => `x=session=${current(g)}` },
  { name: 'after a comma', why: 'a comma ends no cookie', cookie: (g) => `x=y, session=${current(g)}` },
  {
    name: '86401 s old',
    why: 'a day, and not a second more',
    cookie: (g) => `session=${g.token(g.now - DAY - 1)}`,
  },
  { name: 'from 1970', why: 'the same', cookie: (g) => `session=${g.token(1)}` },
  { name: 'at 0', why: 'the same', cookie: (g) => `session=${g.token(0)}` },
  {
    name: 'an hour in the future',
    why: 'nobody signed it yet',
    cookie: (g) => `session=${g.token(g.now + 3600)}`,
  },
  { name: '90 s in the future', why: 'over a minute ahead', cookie: (g) => `session=${g.token(g.now + 90)}` },
  {
    name: 'a negative timestamp',
    why: 'rightly signed, and no number of ours',
    cookie: (g) => `session=${g.token(-g.now)}`,
  },
  { name: '1e9', why: 'another spelling of a number', cookie: (g) => `session=${g.token('1e9')}` },
  {
    name: 'the timestamp with a fraction',
    why: 'the same',
    cookie: (g) => `session=${g.token(`${g.now}.0`)}`,
  },
  { name: 'the timestamp with a sign', why: 'the same', cookie: (g) => `session=${g.token(`+${g.now}`)}` },
  {
    name: 'the timestamp with a leading zero',
    why: 'the same',
    cookie: (g) => `session=${g.token(`0${g.now}`)}`,
  },
  {
    name: 'the timestamp in hexadecimal',
    why: 'the same',
    cookie: (g) => `session=${g.token(`0x${g.now.toString(16)}`)}`,
  },
  {
    name: 'the timestamp with a space before it',
    why: 'Number() would take it',
    cookie: (g) => `session=${g.token(` ${g.now}`)}`,
  },
  {
    name: 'the timestamp with a space after it',
    why: 'the same',
    cookie: (g) => `session=${g.token(`${g.now} `)}`,
  },
  {
    name: 'the timestamp in milliseconds',
    why: 'far in the future',
    cookie: (g) => `session=${g.token(g.now * 1000)}`,
  },
  {
    name: '20 digits',
    why: 'beyond what a double holds',
    cookie: (g) => `session=${g.token('99999999999999999999')}`,
  },
  { name: 'Infinity', why: 'never too old', cookie: (g) => `session=${g.token('Infinity')}` },
  { name: 'NaN', why: 'compares with nothing', cookie: (g) => `session=${g.token('NaN')}` },
  { name: 'no timestamp', why: 'Number("") is 0', cookie: (g) => `session=${g.token('')}` },
  {
    name: 'signed with another secret',
    why: 'as after a rotation',
    cookie: (g) => `session=${signedToken(String(g.now), Buffer.alloc(64, 8))}`,
  },
  {
    name: 'signed under another key',
    why: 'a new API key ends every session',
    cookie: (g) => `session=${signedToken(String(g.now), SECRET, Buffer.alloc(32, 1))}`,
  },
  {
    name: '4,000 forged sessions',
    why: 'each would cost an HMAC',
    cookie: (g) => `session=authenticated:${g.now}.0; `.repeat(380),
  },
];

const ACCEPTED: readonly Case[] = [
  {
    name: 'a right one',
    why: 'this is what the others are held against',
    cookie: (g) => `session=${current(g)}`,
  },
  { name: 'nearly a day old', why: 'still valid', cookie: (g) => `session=${g.token(g.now - DAY + 30)}` },
  {
    name: '30 s in the future',
    why: "another machine's clock",
    cookie: (g) => `session=${g.token(g.now + 30)}`,
  },
  {
    name: 'a forged one, then a right one',
    why: 'who can set a cookie on a parent domain could lock the owner out',
    cookie: (g) => `session=authenticated:${g.now}.${'0'.repeat(64)}; session=${current(g)}`,
  },
  {
    name: 'a right one, then a forged one',
    why: 'the same',
    cookie: (g) => `session=${current(g)}; session=x`,
  },
  { name: 'among others', why: 'as browsers send them', cookie: (g) => `a=b; session=${current(g)}; c=d` },
  { name: 'after an empty pair', why: 'the same', cookie: (g) => `; ;session=${current(g)}` },
];

const TARGET = '/api/auth/session';

export const sessions: readonly Row[] = [
  ...REFUSED.map(
    ({ name, why, cookie }): Row => ({
      name: `a session: ${name}`,
      why,
      send: (given) => get(TARGET, `Cookie: ${cookie(given)}`),
      replies: [401],
      connection: 'open',
      body: /^\{"detail":"Not authenticated"\}$/,
    }),
  ),
  ...ACCEPTED.map(
    ({ name, why, cookie }): Row => ({
      name: `a session: ${name}`,
      why,
      send: (given) => get(TARGET, `Cookie: ${cookie(given)}`),
      replies: [200],
      connection: 'open',
      cookie: true,
      headers:
        /^set-cookie: session=authenticated:\d+\.[0-9a-f]{64}; Max-Age=86400; Path=\/; HttpOnly; Secure; SameSite=Strict$/m,
    }),
  ),
  {
    name: 'a right session in a Cookie2 header',
    why: 'a header of 1997',
    send: ({ cookie }) => get(TARGET, `Cookie2: ${cookie}`),
    replies: [401],
    connection: 'open',
  },
  {
    name: 'a right session as a Bearer token',
    why: 'a session is no key',
    send: (given) => get(TARGET, `Authorization: Bearer ${current(given)}`),
    replies: [401],
    connection: 'open',
    events: ['auth.failed'],
  },
  {
    name: 'a wrong key beside a right session',
    why: 'it is counted, and the session still decides',
    send: ({ cookie }) => get(TARGET, 'X-API-Key: wrong-key', `Cookie: ${cookie}`),
    replies: [200],
    connection: 'open',
    cookie: true,
    events: ['auth.failed'],
  },
];
