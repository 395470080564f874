const NAME = 'session=';

/** `authenticated:` + 12 digits + `.` + 64: nothing longer is a token. */
const LONGEST_TOKEN = 91;

/** Each candidate costs an HMAC; a header full of forged ones shall not cost more than a few. */
const MOST_TOKENS = 4;

/**
 * The values of the `session` cookies in a Cookie header (RFC 6265, 4.2.1), at most 4 and none that is too long for a
 * token. The `cookie` package would give the first of several only, and an attacker who can set a cookie on a parent
 * domain could lock its owner out.
 */
export function sessionTokens(header: string): readonly string[] {
  if (header === '') return NONE;
  // Nearly always it is the only cookie.
  if (header.startsWith(NAME) && !header.includes(';')) {
    return header.length <= NAME.length + LONGEST_TOKEN ? [header.slice(NAME.length)] : NONE;
  }
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(NAME) && pair.length <= NAME.length + LONGEST_TOKEN)
    .slice(0, MOST_TOKENS)
    .map((pair) => pair.slice(NAME.length));
}

const NONE: readonly string[] = [];
