/** How often a path may be percent-encoded over and over before nobody honest wrote it. */
const MOST_DECODINGS = 3;

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
  if (!/^\/[\x21-\x7e]*$/.test(path) || /[#\\?]|\/\//.test(path)) return null;
  if (path.includes(';') && !rules.semicolon) return null;
  let decoded = path;
  for (let round = 0; ; round += 1) {
    if (hasDotSegment(decoded)) return null;
    if (!decoded.includes('%')) return path;
    if (round === MOST_DECODINGS) return null;
    if (/%(?:00|5c)/i.test(decoded) || (/%2f/i.test(decoded) && !(rules.encodedSlash && round === 0)))
      return null;
    const next = decodeOnce(decoded);
    // The path as sent must be well-formed; what decoding uncovers may be a plain percent sign in a name.
    if (next === null) return round === 0 ? null : path;
    decoded = next;
  }
}

/** `.`, `..`, and names that end in `..`, which a server that glues a folder's name to the rest may read as `..`. */
function hasDotSegment(path: string): boolean {
  return path.split(/[/\\]/).some((segment) => segment === '.' || segment.endsWith('..'));
}

/** Null when an escape is broken or the bytes are not UTF-8. */
function decodeOnce(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

/** Whether a query has only the bytes that one may have (RFC 3986, 3.4, and what browsers leave unescaped). */
export function isCleanQuery(query: string): boolean {
  return /^[\x21-\x7e]*$/.test(query) && !/[#\\]/.test(query);
}
