import { HttpError } from '../http/http-error.ts';
import type { Request } from '../http/request.ts';

/** For one connection only (RFC 9110, 7.6.1), and what frames a body: both are the connection to ComfyUI's own. */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
]);

/**
 * What ComfyUI must not see, or must not believe: who the caller is to Studio, and where they came from. ComfyUI refuses an
 * Origin that is not its own; `--multi-user` takes Comfy-User at its word.
 */
const STRIPPED: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'host',
  'expect',
  'x-api-key',
  'comfy-user',
  'origin',
  'forwarded',
  'x-real-ip',
]);
const STRIPPED_GROUP = /^(?:x-forwarded-|sec-fetch-|sec-websocket-)/;

/** RFC 9110, 5.5: in no value; whoever reads one as a line break sees another header there. */
const CONTROL = /[^\t\x20-\x7e\x80-\uffff]/;

export interface PassedRequestRules {
  /** Whether an Authorization header is meant for Studio; false: it is meant for ComfyUI. */
  isOwnAuthorization(value: string): boolean;
  /** Studio sends an Authorization of its own, so no other goes with it. */
  readonly hasAuthorization: boolean;
}

/**
 * The header lines of a request that goes on to ComfyUI, each with CRLF: all that came, but for what is stripped. The rules
 * come after what Connection names, so a client can take away its own headers and none of ours.
 * Throws HttpError 400 for a value with a control character.
 */
export function passedRequestLines(request: Pick<Request, 'headers'>, rules: PassedRequestRules): string {
  const { headers } = request;
  const named = namedByConnection(headers.get('connection'));
  let lines = '';
  for (const [name, value] of headers) {
    if (STRIPPED.has(name) || STRIPPED_GROUP.test(name) || named?.has(name)) continue;
    const passed = passedValue(name, value, rules);
    if (passed === null) continue;
    if (CONTROL.test(passed)) throw UNCLEAN;
    lines += `${name}: ${passed}\r\n`;
  }
  return lines;
}

const UNCLEAN = new HttpError(400, 'A header value has a control character in it');

function passedValue(name: string, value: string, rules: PassedRequestRules): string | null {
  switch (name) {
    case 'cookie':
      return withoutSession(value);
    case 'authorization':
      return rules.hasAuthorization || rules.isOwnAuthorization(value) ? null : value;
    default:
      return value;
  }
}

/** The names that are for this connection only, by the word of a Connection header; null when it names none of interest. */
export function namedByConnection(value: string | undefined): ReadonlySet<string> | null {
  if (value === undefined || value === 'keep-alive' || value === 'close') return null;
  return new Set(value.split(',').map((name) => name.trim().toLowerCase()));
}

/** All cookies but ours, in the bytes they came in; null when none is left. */
function withoutSession(cookies: string): string | null {
  if (!cookies.includes('session')) return cookies;
  // Nearly always it is the only cookie.
  if (cookies.startsWith('session=') && !cookies.includes(';')) return null;
  const left = cookies
    .split(';')
    .filter((pair) => pair.split('=', 1)[0]?.trim() !== 'session')
    .join(';')
    .trim();
  return left === '' ? null : left;
}
