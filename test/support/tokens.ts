import { createHash, createHmac, hkdfSync } from 'node:crypto';

/** The secret and the key of the sessions that these tests are about. */
export const SECRET = Buffer.alloc(64, 7);
export const KEY_DIGEST = createHash('sha256').update('correct-horse-battery-staple-7').digest();

/**
 * A token as DESIGN.md, section 4, describes it, signed with the right key whatever `timestamp` says. Written a second
 * time, with Node's own HMAC, so that the tests do not ask core/auth/session.ts about itself.
 */
export function signedToken(timestamp: string, secret = SECRET, keyDigest = KEY_DIGEST): string {
  const info = Buffer.concat([Buffer.from('comfyui-studio session v1\0'), keyDigest]);
  const key = Buffer.from(hkdfSync('sha256', secret, '', info, 32));
  const payload = `authenticated:${timestamp}`;
  return `${payload}.${createHmac('sha256', key).update(payload).digest('hex')}`;
}
