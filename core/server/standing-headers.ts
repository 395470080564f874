import type { Headers } from '../http/reply.ts';
import type { TlsSource } from '../tls/source.ts';
import type { HeaderLines } from './write-reply.ts';

/** What a server says with every reply. */
export interface StandingHeaders {
  /** With Studio's own, where the reply does not say otherwise. */
  readonly onOwn: Headers;
  /** With those of ComfyUI's that are passed on: '', or lines that each begin with CRLF. */
  readonly foreignLines: string;
  /** Most replies share their headers object with all others of their kind, so its lines are built once. */
  readonly built: WeakMap<Headers, HeaderLines>;
}

/** On every reply. A page brings its own Content-Security-Policy; everything else is not to be run or framed at all. */
const SECURITY_HEADERS: Headers = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  // Not no-referrer: with that, browsers send `Origin: null` with the login form (Fetch, 3.1), and it would be refused.
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/**
 * Browsers keep to https for this long (RFC 6797): half a year, what the usual scanners ask for. Only for this very name: what
 * other names below it speak is not Studio's to say. Yet it is for all ports of the name, so another service there must speak
 * https as well.
 */
const STRICT_TRANSPORT = 'max-age=15768000';

/**
 * `tls`: the server answers over https. With a certificate that Studio has signed itself browsers are not held to https: they
 * would then let nobody past the warning once it is another one (RFC 6797, 12.1).
 */
export function standingHeaders(tls: TlsSource | null): StandingHeaders {
  if (tls?.kind !== 'files') return { onOwn: SECURITY_HEADERS, foreignLines: '', built: new WeakMap() };
  return {
    onOwn: { ...SECURITY_HEADERS, 'Strict-Transport-Security': STRICT_TRANSPORT },
    foreignLines: `\r\nStrict-Transport-Security: ${STRICT_TRANSPORT}`,
    built: new WeakMap(),
  };
}
