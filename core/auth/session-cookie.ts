const NAME = 'session=';

/** `session=authenticated:` + 12 digits + `.` + 64: nothing longer holds a token. */
export const LONGEST_COOKIE = 99;

/** Each candidate costs an HMAC; a header full of forged ones shall not cost more than a few. */
const MOST_COOKIES = 4;

/**
 * The `session` cookies in a Cookie header (RFC 6265, 4.2.1), `session=<value>` each, at most 4 and none that is too long
 * for a token. The `cookie` package would give the first of several only, and an attacker who can set a cookie on a parent
 * domain could lock its owner out.
 */
export function sessionCookies(header: string): readonly string[] {
  if (header === '') return NONE;
  // Nearly always it is the only cookie.
  if (header.startsWith(NAME) && !header.includes(';')) {
    return header.length <= LONGEST_COOKIE ? [header] : NONE;
  }
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(NAME) && pair.length <= LONGEST_COOKIE)
    .slice(0, MOST_COOKIES);
}

const NONE: readonly string[] = [];
