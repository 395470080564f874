import { randomBytes } from 'node:crypto';

/** A new key: 256 random bits, and a prefix that secret scanners can look for. */
export function generateKey(): string {
  return `studio_${randomBytes(32).toString('base64url')}`;
}
