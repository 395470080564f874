import { parseCookie } from 'cookie';
import fc from 'fast-check';
import t from 'tap';
import { sessionCookies } from '../../../core/auth/session-cookie.ts';
import { holds } from '../../support/property.ts';

const LONG = 'x'.repeat(92);

const ROWS: readonly [string, string, readonly string[]][] = [
  ['nothing was sent', '', []],
  ['the only cookie', 'session=abc', ['abc']],
  ['among others', 'a=1; session=abc; b=2', ['abc']],
  ['without spaces', 'a=1;session=abc;b=2', ['abc']],
  ['with many', 'a=1;   session=abc   ; b=2', ['abc']],
  ['a name that only ends so', 'xsession=abc', []],
  ['a name that only begins so', 'sessions=abc; session_id=1', []],
  ['a name in upper case is another name', 'SESSION=abc', []],
  ['in the value of another', 'a=session=abc', []],
  ['an empty value', 'session=', ['']],
  ['no equals sign', 'session', []],
  ['two of them, in order', 'session=a; session=b', ['a', 'b']],
  ['at most four', 'session=a; session=b; session=c; session=d; session=e', ['a', 'b', 'c', 'd']],
  ['longer than a token: none', `session=${LONG}`, []],
  ['longer than a token: skipped, not counted', `session=${LONG}; session=a`, ['a']],
  ['an equals sign in the value', 'session=a=b', ['a=b']],
];

t.test('the session cookies, at most 4, none too long for a token', async (t) => {
  for (const [what, header, values] of ROWS)
    t.same(
      sessionCookies(header),
      values.map((value) => `session=${value}`),
      what,
    );
});

t.test('the cookie package reads the same first value from well-formed pairs', async (t) => {
  // RFC 6265, 4.1.1: a name is a token, a value is made of cookie octets.
  const name = fc.oneof(fc.constant('session'), fc.stringMatching(/^[\w!#$&'*+.^`|~-]{1,12}$/));
  const value = fc.stringMatching(/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{0,91}$/);
  const header = fc
    .array(fc.tuple(name, value), { maxLength: 8 })
    .map((pairs) => pairs.map(([key, text]) => `${key}=${text}`).join('; '));
  holds(
    t,
    'the first session cookie',
    fc.property(header, (text) => {
      const { session } = parseCookie(text, { decode: (raw) => raw });
      return sessionCookies(text)[0] === (session === undefined ? undefined : `session=${session}`);
    }),
    1000,
  );
});
