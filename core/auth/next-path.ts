const HOME = '/home';
const LONGEST = 2048;

/**
 * Where to go after login: `next` when it is a path on this origin, else /home. A browser reads `\` as `/`, drops tabs
 * and line breaks (WHATWG URL, 4.4), and takes `//host` for another site; none of these get through.
 */
export function safeNext(next: string | null | undefined): string {
  if (next === null || next === undefined || next.length > LONGEST) return HOME;
  return /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(next) ? next : HOME;
}
