import type { RequestHead } from '../http/request.ts';

/** A key that came with a request. */
export interface PresentedKey {
  readonly key: string;
  /** A browser that knows a Basic password sends it along for other sites' pages, as it does with a cookie. */
  readonly scheme: 'x-api-key' | 'bearer' | 'basic';
}

/**
 * The key that a request presents, if any: X-API-Key first, then `Authorization: Bearer <key>` (RFC 6750), then the
 * password of `Authorization: Basic` (RFC 7617). Never from the URL: it would stand in every log on the way.
 */
export function presentedKey(request: RequestHead): PresentedKey | null {
  const ownHeader = request.header('x-api-key');
  if (ownHeader !== '') return { key: ownHeader, scheme: 'x-api-key' };
  return keyOfAuthorization(request.header('authorization'));
}

/** The scheme's name is case-insensitive (RFC 9110, 11.1). */
export function keyOfAuthorization(value: string): PresentedKey | null {
  if (value === '') return null;
  const [, scheme, credentials] = /^(bearer|basic) +(\S+) *$/i.exec(value) ?? [];
  if (scheme === undefined || credentials === undefined) return null;
  if (scheme.toLowerCase() === 'bearer') return { key: credentials, scheme: 'bearer' };
  const userAndPassword = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = userAndPassword.indexOf(':');
  return colon === -1 ? null : { key: userAndPassword.slice(colon + 1), scheme: 'basic' };
}
