import type { Seconds } from './http/request.ts';

/** How a browser came: it keeps a Secure cookie over https and on localhost (RFC 6265bis, 5.7), and drops it elsewhere. */
export type Transport = 'https' | 'localhost' | 'plain';

type LatestBy = Readonly<Record<Transport, Seconds | null>>;

/** When something last came by each way; null: never, since the start. */
export interface TransportSeen {
  readonly logins: LatestBy;
  readonly cookies: LatestBy;
}

/** Remembers by which ways people come. Six numbers; told by handlers that are called rarely, not by every request. */
export interface TransportWatch {
  login(origin: string, now: Seconds): void;
  /** A session's cookie arrived. */
  cookie(origin: string, now: Seconds): void;
  readonly seen: TransportSeen;
}

export function createTransportWatch(): TransportWatch {
  const logins: Record<Transport, Seconds | null> = { https: null, localhost: null, plain: null };
  const cookies = { ...logins };
  return {
    login(origin, now) {
      logins[transportOf(origin)] = now;
    },
    cookie(origin, now) {
      cookies[transportOf(origin)] = now;
    },
    get seen() {
      return { logins: { ...logins }, cookies: { ...cookies } };
    },
  };
}

/** `origin` as in Request.origin: a trusted proxy's word, or plain http. */
export function transportOf(origin: string): Transport {
  if (origin.startsWith('https://')) return 'https';
  return /^http:\/\/(?:localhost|[\w-]+\.localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/i.test(origin)
    ? 'localhost'
    : 'plain';
}
