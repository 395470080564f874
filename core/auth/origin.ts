import type { RequestHead } from '../http/request.ts';

/**
 * Whether a browser sent this on behalf of another site's page; if so, the reason for the 403. Only a browser attaches
 * cookies for somebody else, and a browser always says where it acts from: in Origin (RFC 6454) and, over https and on
 * localhost, in Sec-Fetch-Site (W3C Fetch Metadata). A request with neither is no browser's.
 */
export function crossSiteReason(request: RequestHead): string | null {
  const site = request.header('sec-fetch-site');
  if (site !== '' && site !== 'same-origin' && site !== 'none') return 'Cross-site request refused';
  const origin = request.header('origin');
  if (origin === '' || isSameOrigin(origin, request.origin)) return null;
  return `Origin not allowed: it is not ${request.origin}. Behind a proxy that changes Host, name the proxy in TRUSTED_PROXIES.`;
}

/**
 * `own` is http:// when nothing trusted said otherwise, yet an unknown proxy may have taken TLS off on the way. So https
 * with the same host and port is accepted there: a page that has it was served by whoever answers for this very name.
 * Never the other way round.
 */
function isSameOrigin(origin: string, own: string): boolean {
  if (origin === withoutDefaultPort(own)) return true;
  return own.startsWith('http://') && origin === withoutDefaultPort(`https://${own.slice('http://'.length)}`);
}

/** An origin is written without its scheme's own port (RFC 6454, 6.2), but some proxies put it into Host. */
function withoutDefaultPort(origin: string): string {
  return origin.replace(/^(http:.*):80$|^(https:.*):443$/, '$1$2');
}
