const HOME = '/home';
const LONGEST = 2048;

/** In the path, an encoded control character or backslash: no page has one, and whoever decodes it twice is led astray. */
const ENCODED_TRAP = /^[^?#]*%(?:[01][0-9a-f]|7f|5c)/i;

/**
 * Where to go after login: `next` when it is a path on this origin, else /home. A browser reads `\` as `/`, drops tabs
 * and line breaks (WHATWG URL, 4.4), and takes `//host` for another site; none of these get through.
 */
export function safeNext(next: string | null | undefined): string {
  if (next === null || next === undefined || next.length > LONGEST) return HOME;
  if (ENCODED_TRAP.test(next)) return HOME;
  return /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(next) ? next : HOME;
}
