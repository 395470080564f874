/** Control characters and the backslash: in no honest path, and each has been read as an end or as a slash. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const TRAP = /[\x00-\x1f\x7f\\]/;

const DOT_SEGMENT = /\/\.{1,2}(?:\/|$)/;

/** /api and /v2 before a route, in any order and number: more than ComfyUI knows, so never fewer. */
const PREFIXES = /^(?:\/(?:api|v2)(?=\/))*\//;

/**
 * The route that ComfyUI will see in a raw path, as one spelling: percent-decoded once (as aiohttp matches), in lower
 * case, without the leading slash and the prefixes /api and /v2. Null when the path can be read in more than one way:
 * a bad escape, a dot segment, `//`, a backslash, a control character, a bare `?` or `#`.
 */
export function managerPath(path: string): string | null {
  // Where a path ends is not for two parsers to disagree on; encoded, both are letters like any other.
  if (/[#?]/.test(path)) return null;
  let decoded: string;
  try {
    decoded = path.includes('%') ? decodeURIComponent(path) : path;
  } catch {
    return null;
  }
  if (!decoded.startsWith('/') || decoded.includes('//')) return null;
  if (TRAP.test(decoded) || DOT_SEGMENT.test(decoded)) return null;
  return decoded.toLowerCase().replace(PREFIXES, '');
}

/** A percent-decoding that never fails, as Python's unquote: what is no escape stays, what is not UTF-8 becomes U+FFFD. */
export function unquote(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) =>
    Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}
