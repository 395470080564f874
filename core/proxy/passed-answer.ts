import { isMedia } from './media-type.ts';
import { HOP_BY_HOP, namedByConnection } from './passed-request.ts';
import type { Field } from './response-head.ts';

/** Where ComfyUI is for the client, and where it is for Studio. */
export interface Mount {
  /** '' or '/comfyui'. */
  readonly at: string;
  /** COMFYUI_URL: scheme, host and path, without a slash at its end. */
  readonly upstream: string;
}

/**
 * What ComfyUI, or a node in it, may not decide for Studio's whole origin: how far a service worker reaches, which other
 * sites may read, who is told of every request, who is logged in, what else the browser forgets or insists on. Date is written by the server itself.
 */
const STRIPPED: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'date',
  'service-worker-allowed',
  'clear-site-data',
  'strict-transport-security',
  'alt-svc',
  'nel',
  'report-to',
  'set-login',
  'secure-session-registration',
  'sec-session-registration',
  'use-as-dictionary',
]);
const STRIPPED_GROUP = /^access-control-/;

/** ComfyUI's routes, and custom nodes' own, that hand out files which somebody uploaded or a node wrote. */
const FILE_PATH = /^\/(?:[^?]*\/)?(?:view\w*|userdata|assets\/[^/]+\/content)(?:\/|$)/;

/**
 * The header lines of ComfyUI's answer for the client, without CRLF at the end. `path` is ComfyUI's own, without a query.
 * A file that is no picture, film or sound is sandboxed: whatever is in it must not run as Studio's origin.
 */
export function passedAnswerLines(fields: readonly Field[], path: string, mount: Mount): string {
  const named = namedByConnection(joined(fields, 'connection'));
  let lines = '';
  let cacheControl = '';
  let contentType: string | null = null;
  let hasValidator = false;
  for (const { name, key, value } of fields) {
    if (STRIPPED.has(key) || STRIPPED_GROUP.test(key) || named?.has(key)) continue;
    switch (key) {
      case 'cache-control':
        cacheControl = cacheControl === '' ? value : `${cacheControl}, ${value}`;
        continue;
      case 'set-cookie':
        if (isSessionCookie(value)) continue;
        break;
      case 'location':
        lines += `${name}: ${mountedLocation(value, mount)}\r\n`;
        continue;
      case 'content-type':
        // Of two, nobody knows which one counts.
        contentType = contentType === null ? value : '';
        break;
      case 'etag':
      case 'last-modified':
        hasValidator = true;
    }
    lines += `${name}: ${value}\r\n`;
  }
  if (FILE_PATH.test(path)) {
    lines += 'X-Content-Type-Options: nosniff\r\n';
    if (!isMedia(contentType ?? '')) lines += 'Content-Security-Policy: sandbox\r\n';
  }
  return `${lines}Cross-Origin-Resource-Policy: same-origin\r\nCache-Control: ${privateCaching(cacheControl, hasValidator)}`;
}

/**
 * What came to one person is kept by nobody else. The editor's scripts may stay in the browser that was let in, for as long as
 * ComfyUI says, or as long as it confirms that they are the same.
 */
export function privateCaching(cacheControl: string, hasValidator: boolean): string {
  const byDefault = hasValidator ? 'private, no-cache' : 'no-store';
  if (cacheControl === '') return byDefault;
  const directives = cacheControl
    .split(',')
    .map((directive) => directive.trim())
    .filter(
      (directive) => directive !== '' && !/^(?:public|private|s-maxage|proxy-revalidate)\b/i.test(directive),
    );
  if (directives.some((directive) => /^no-store$/i.test(directive))) return 'no-store';
  if (directives.length > 0) return ['private', ...directives].join(', ');
  return byDefault;
}

/** A redirect of ComfyUI's to itself, as the client has to follow it. */
export function mountedLocation(location: string, { at, upstream }: Mount): string {
  const { origin, pathname } = new URL(upstream);
  const base = pathname.replace(/\/+$/, '');
  const own = location.startsWith(origin) ? location.slice(origin.length) || '/' : location;
  const isPath = /^\/(?![/\\])/.test(own);
  if (!isPath) return location;
  return at + (own.startsWith(`${base}/`) ? own.slice(base.length) : own);
}

/** A cookie without a name comes back as its value alone: of `=session=x` as `session=x`. */
function isSessionCookie(setCookie: string): boolean {
  const name = setCookie.split(/[=;]/, 1)[0]?.trim();
  return name === 'session' || name === '';
}

function joined(fields: readonly Field[], wanted: string): string | undefined {
  let all: string | undefined;
  for (const { key: lowerName, value } of fields)
    if (lowerName === wanted) all = all === undefined ? value : `${all}, ${value}`;
  return all;
}
