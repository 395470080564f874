import { randomBytes } from 'node:crypto';

/** A key that no server finds weak. */
export function newKey(): string {
  return `studio_${randomBytes(32).toString('base64url')}`;
}

/** The Cookie header of a new session. */
export async function logIn(port: number, key: string): Promise<string> {
  const reply = await fetch(`http://127.0.0.1:${port}/api/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ api_key: key }),
  });
  const cookie = cookieOf(reply);
  if (reply.status !== 200 || cookie === '') throw new Error(`no session, but ${reply.status}`);
  return cookie;
}

/** What a browser would send back: some keep the signature in a cookie of its own. */
export function cookieOf(reply: Response): string {
  return reply.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ');
}

/** The same cookie with another signature: the last letter that counts in every encoding is the one before the last. */
export function forge(cookie: string): string {
  const at = cookie.replace(/(%3D|=)+$/, '').length - 2;
  return `${cookie.slice(0, at)}${cookie[at] === '0' ? '1' : '0'}${cookie.slice(at + 1)}`;
}
