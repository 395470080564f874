/** How often a path may be percent-encoded over and over before nobody honest wrote it. */
const MOST_DECODINGS = 3;

/** Control characters and the backslash, encoded: in no honest path, and each has been read as an end or as a slash. */
const ENCODED_TRAP = /%(?:[01][0-9a-f]|7f|5c)/i;

/**
 * An encoded letter, digit, `-`, `.` or `_`: a second spelling of the same path (RFC 3986, 6.2.2.2), which a proxy in front
 * may turn into the first, or not. No client escapes these.
 */
const NEEDLESS_ESCAPE = /%(?:2[de]|3[0-9]|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9a])/i;

/** `.`, `..`, and names that end in `..`, which a server that glues a folder's name to the rest may read as `..`. */
const DOT_SEGMENT = /(?:\/\.|\.\.)(?:\/|$)/;

/** What nearly all paths are: names of letters, digits, `-` and `_`, with single dots inside. None of the rules concerns them. */
const PLAIN = /^(?:\/[\w-]+(?:\.[\w-]+)*)+\/?$/;

/** Where a path goes on to another server, which may read more into it than Studio does. */
export interface PathRules {
  /** ComfyUI's /userdata/{file} carries `%2F` inside one segment and is passed on byte for byte. */
  readonly encodedSlash?: boolean;
  /** Elsewhere `;` starts path parameters (RFC 3986, 3.3), which some servers drop and others keep. */
  readonly semicolon?: boolean;
}

/**
 * The path itself when there is only one way to read it, else null. Nothing is ever rewritten: two spellings of one
 * path cannot both get through, so whoever compares bytes after this compares paths.
 */
export function canonicalPath(path: string, rules: PathRules = {}): string | null {
  if (PLAIN.test(path)) return path;
  if (!/^\/[\x21-\x7e]*$/.test(path) || /[#\\?]/.test(path)) return null;
  if (path.includes(';') && !rules.semicolon) return null;
  if (!isWellEncoded(path) || NEEDLESS_ESCAPE.test(path)) return null;
  let decoded = path;
  for (let round = 0; ; round += 1) {
    if (decoded.includes('//') || DOT_SEGMENT.test(decoded)) return null;
    if (!decoded.includes('%')) return path;
    const next = decodeOnce(decoded);
    if (next === decoded) return path;
    if (round === MOST_DECODINGS || ENCODED_TRAP.test(decoded)) return null;
    if (/%2f/i.test(decoded) && !(rules.encodedSlash && round === 0)) return null;
    decoded = next;
  }
}

/** Every `%` starts an escape, and what they stand for is UTF-8. */
function isWellEncoded(path: string): boolean {
  if (!path.includes('%')) return true;
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * Every escape that there is, byte by byte. What decoding uncovered may hold a plain percent sign, as in a file called
 * `100%`: it stands for itself, and must not keep the escapes beside it from being seen.
 */
function decodeOnce(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Whether a query has only the bytes that one may have (RFC 3986, 3.4, and what browsers leave unescaped). */
export function isCleanQuery(query: string): boolean {
  return /^[\x21-\x7e]*$/.test(query) && !/[#\\]/.test(query);
}
