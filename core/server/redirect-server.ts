import type { HttpRequest, HttpResponse, us_listen_socket } from 'uWebSockets.js';
import { sessionCookies } from '../auth/session-cookie.ts';
import { limitConnections } from './connections.ts';
import type { Listener } from './listener.ts';
import uws from './uws.ts';

/** Speaks plain http, and says where https is. */
export interface RedirectServer extends Listener {
  close(): void;
}

/** Each has a short answer and is then closed. Few: their files are among those that core/open-files.ts keeps for other things. */
const MOST_CONNECTIONS = 64;

const LONGEST_TARGET = 4096;

/**
 * `httpsPort`: asked for with each request. A page's address is led on (308, RFC 9110, 15.4.9); whatever brings a body or a
 * key is refused (403): led on it would work, and send the key in the clear each time, with nobody the wiser. Without
 * Strict-Transport-Security, which means nothing over http (RFC 6797, 7.2).
 */
export function createRedirectServer(httpsPort: () => number): RedirectServer {
  const app = uws.App();
  limitConnections(MOST_CONNECTIONS, () => {}).watch(app);
  app.any('/*', (response, live) => answer(response, judgePlainRequest(readHead(live), httpsPort())));

  let token: us_listen_socket | null = null;

  function listen(host: string, port: number, options: number): Promise<number> {
    return new Promise((resolve, reject) => {
      app.listen(host, port, options, (listening) => {
        if (!listening) return reject(new Error(`cannot listen on ${host}:${port}: the port is taken`));
        token = listening;
        resolve(uws.us_socket_local_port(listening));
      });
    });
  }

  return {
    listen: (host, port) => listen(host, port, uws.LIBUS_LISTEN_EXCLUSIVE_PORT),
    listenBeside: (host, port) => listen(host, port, 0),
    close() {
      if (token !== null) uws.us_listen_socket_close(token);
      token = null;
      app.close();
    },
  };
}

/** What a plain request is judged by. */
export interface PlainHead {
  readonly method: string;
  /** Path and query, raw. */
  readonly target: string;
  readonly host: string;
  /** It brings a key or a session. */
  readonly bringsSecret: boolean;
}

export interface PlainAnswer {
  readonly status: 308 | 400 | 403;
  readonly location: string | null;
  readonly detail: string;
}

/** A host name, an IPv4 or a bracketed IPv6 address, with or without a port; nothing that could be read as more than a host. */
const HOST = /^([a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

export function judgePlainRequest(
  { method, target, host, bringsSecret }: PlainHead,
  port: number,
): PlainAnswer {
  const name = HOST.exec(host)?.[1];
  if (name === undefined || !/^\/[\x21-\x7e]*$/.test(target) || target.length > LONGEST_TARGET)
    return { status: 400, location: null, detail: 'Studio is on https' };
  const origin = `https://${name}${port === 443 ? '' : `:${port}`}`;
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 403, location: null, detail: `This port takes nothing over plain http: use ${origin}` };
  if (bringsSecret)
    return {
      status: 403,
      location: null,
      detail: `A key or a session came over plain http, where others can read it: use ${origin}, and another key`,
    };
  return { status: 308, location: `${origin}${target}`, detail: `Studio is on ${origin}` };
}

function readHead(live: HttpRequest): PlainHead {
  const query = live.getQuery();
  // Of the cookies Studio's own alone: browsers send those of every service at a name to each of its ports.
  const bringsSecret =
    ['x-api-key', 'authorization'].some((name) => live.getHeader(name) !== '') ||
    sessionCookies(live.getHeader('cookie')).length > 0;
  return {
    method: live.getCaseSensitiveMethod(),
    target: query ? `${live.getUrl()}?${query}` : live.getUrl(),
    host: live.getHeader('host'),
    bringsSecret,
  };
}

const STATUS_LINES = { 308: '308 Permanent Redirect', 400: '400 Bad Request', 403: '403 Forbidden' } as const;

/** A tick later: whoever sends more requests in the same packet is then cut off by uWebSockets.js, instead of answered each. */
function answer(response: HttpResponse, { status, location, detail }: PlainAnswer): void {
  let gone = false;
  response.onAborted(() => {
    gone = true;
  });
  setImmediate(() => {
    if (gone) return;
    response.cork(() => {
      response.writeStatus(STATUS_LINES[status]);
      if (location !== null) response.writeHeader('Location', location);
      response.writeHeader('Content-Type', 'application/json');
      response.writeHeader('Cache-Control', 'no-store');
      response.writeHeader('X-Content-Type-Options', 'nosniff');
      response.end(JSON.stringify({ detail }), true);
    });
  });
}
