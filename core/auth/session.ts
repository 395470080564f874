import { hkdfSync, timingSafeEqual } from 'node:crypto';
import { stringifySetCookie } from 'cookie';
import { forgetOldest } from '../forget-oldest.ts';
import type { Caller, Seconds } from '../http/request.ts';
import { createHmacSha256 } from './hmac.ts';
import { LONGEST_COOKIE, sessionCookies } from './session-cookie.ts';

/** How long a session lasts without a request: 24 hours, in seconds. */
export const SESSION_LIFETIME: Seconds = 86_400;

/** How far ahead a token's clock may be: two instances never agree to the second. */
const CLOCK_SKEW: Seconds = 60;

const PREFIX = 'authenticated:';
const COOKIE = /^session=authenticated:(?:0|[1-9][0-9]{0,11})\.[0-9a-f]{64}$/;
const BEFORE_TIMESTAMP = 'session=authenticated:'.length;
/** With the dot before it. */
const TAG_LENGTH = 65;

/** How many verified cookies are remembered; at about 200 bytes each this is 25 MB at most. */
const REMEMBERED = 131_072;

export type SessionCaller = Extract<Caller, { by: 'session' }>;

export interface Sessions {
  /** Who a Cookie header speaks for at `now`, or null. Of several `session` cookies a valid one counts. */
  callerOf(cookieHeader: string, now: Seconds): SessionCaller | null;
  /** The Set-Cookie value of a session that starts, or goes on, at `now`. */
  cookieAt(now: Seconds): string;
  /** The Set-Cookie value that ends the session in the browser. */
  readonly endingCookie: string;
  /** Ends every session there is: from now on a token must be signed with the key of this secret and this digest. */
  rekey(secret: Uint8Array, apiKeyDigest: Uint8Array): void;
  /** Goes up by one with each `rekey`: who was admitted under another one must be judged again. */
  readonly generation: number;
}

/**
 * Sessions without a store: a token is `authenticated:<unix seconds>.<hex HMAC-SHA256>`, and whoever holds the key can
 * tell a true one. The key comes from the secret and the API key's digest, so that a new one of either ends all of them.
 */
export function createSessions(secret: Uint8Array, apiKeyDigest: Uint8Array): Sessions {
  let tagOf = createHmacSha256(signingKey(secret, apiKeyDigest));
  let generation = 0;
  const verified = new Map<string, SessionCaller>();
  let cookieSecond: Seconds = -1;
  let cookie = '';

  /** `cookie`: `session=<token>`, whoever may have made it. */
  function callerOfCookie(cookie: string, now: Seconds): SessionCaller | null {
    // A hash map tells by its timing at most whether a whole token is in it, never how much of one was right.
    const known = verified.get(cookie);
    if (known !== undefined) return isCurrent(known.issuedAt, now) ? known : null;

    if (!COOKIE.test(cookie)) return null;
    const timestamp = cookie.slice(BEFORE_TIMESTAMP, -TAG_LENGTH);
    const issuedAt = Number(timestamp);
    // Before the HMAC: a flood of old cookies shall cost nothing.
    if (!isCurrent(issuedAt, now)) return null;
    if (!isSameTag(cookie.slice(1 - TAG_LENGTH), tagOf(PREFIX + timestamp))) return null;

    const caller: SessionCaller = Object.freeze({ by: 'session', issuedAt });
    if (verified.size >= REMEMBERED) forgetOldest(verified);
    // It may be a slice of the header and would keep all of it in memory: remember a copy.
    verified.set(Buffer.from(cookie, 'latin1').toString('latin1'), caller);
    return caller;
  }

  function signToken(now: Seconds): string {
    const payload = `${PREFIX}${now}`;
    return `${payload}.${tagOf(payload)}`;
  }

  return {
    callerOf(cookieHeader, now) {
      // Nearly always it is one cookie and was seen before: found as it came, nothing is cut out of it.
      if (cookieHeader.length <= LONGEST_COOKIE && verified.has(cookieHeader))
        return callerOfCookie(cookieHeader, now);
      for (const cookie of sessionCookies(cookieHeader)) {
        const caller = callerOfCookie(cookie, now);
        if (caller !== null) return caller;
      }
      return null;
    },
    cookieAt(now) {
      // It depends on the second only: signed once for all the replies of that second.
      if (now !== cookieSecond) {
        cookie = setCookie(signToken(now), SESSION_LIFETIME);
        cookieSecond = now;
      }
      return cookie;
    },
    endingCookie: setCookie('', 0),
    rekey(newSecret, newDigest) {
      tagOf = createHmacSha256(signingKey(newSecret, newDigest));
      generation += 1;
      verified.clear();
      cookieSecond = -1;
    },
    get generation() {
      return generation;
    },
  };
}

const INFO = Buffer.from('comfyui-studio session v1\0');

/** HKDF-SHA256 (RFC 5869). */
function signingKey(secret: Uint8Array, apiKeyDigest: Uint8Array): Uint8Array {
  return Buffer.from(hkdfSync('sha256', secret, '', Buffer.concat([INFO, apiKeyDigest]), 32));
}

function isCurrent(issuedAt: Seconds, now: Seconds): boolean {
  const age = now - issuedAt;
  return age <= SESSION_LIFETIME && age >= -CLOCK_SKEW;
}

// Both are 64 hex digits. Kept, since two buffers for every forged cookie would be garbage.
const tagA = Buffer.alloc(64);
const tagB = Buffer.alloc(64);

function isSameTag(a: string, b: string): boolean {
  tagA.write(a, 'latin1');
  tagB.write(b, 'latin1');
  return timingSafeEqual(tagA, tagB);
}

/** RFC 6265bis. The value needs no escaping: `:` and `.` are cookie octets (RFC 6265, 4.1.1). */
function setCookie(value: string, maxAge: Seconds): string {
  return stringifySetCookie(
    { name: 'session', value, maxAge, path: '/', httpOnly: true, secure: true, sameSite: 'strict' },
    { encode: (text) => text },
  );
}
