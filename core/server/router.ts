import type { HttpRequest, HttpResponse, TemplatedApp } from 'uWebSockets.js';
import { HttpError } from '../http/http-error.ts';
import { errorReply } from '../http/reply.ts';
import type { Access, Handler, HttpRoute, Route, SocketRoute } from '../http/route.ts';
import type { PathRules } from './canonical-path.ts';

const BODY_LIMIT = 1024 * 1024;

/** A body that streams takes no memory. */
const UNLIMITED = Number.POSITIVE_INFINITY;

/** ComfyUI's /userdata/{file} carries `%2F` inside one segment, and `;` means nothing to it. */
export const PASSED_ON_PATHS: PathRules = { encodedSlash: true, semicolon: true };

type MountedRoute = HttpRoute | SocketRoute;

/** What most routes are. */
const PLAIN = {
  streams: false,
  bodyLimit: null,
  passedOn: false,
  pathRules: {},
  duringMaintenance: false,
} as const;

/** A route as the dispatch wants it: everything that can be known beforehand is. */
export interface CompiledRoute {
  /** Its number where requests are counted. */
  readonly row: number;
  readonly access: Access;
  readonly handler: Handler;
  /** The handler reads the body itself, as it comes. */
  readonly streams: boolean;
  /** In bytes; null when the handler reads no body. */
  readonly bodyLimit: number | null;
  /** It goes on to ComfyUI as it is. */
  readonly passedOn: boolean;
  readonly pathRules: PathRules;
  readonly duringMaintenance: boolean;
  /** The only path that leads here, or null when it has parameters or a wildcard. */
  readonly exactPath: string | null;
  /** The names of the path's parameters, in order. */
  readonly names: readonly string[];
}

/** The number of a row of the table; `other` is for the methods that a path does not have. */
export type RowOf = (method: Route['method'] | 'other', path: string) => number;

export type Serve = (route: CompiledRoute, response: HttpResponse, live: HttpRequest, method: string) => void;

/**
 * Puts the routes into uWebSockets.js's own router. HEAD is routed to GET's handler; another method on a known path is 405
 * with Allow (RFC 9110, 15.5.6) and anything else 404, both behind the same access check as the path itself.
 */
export function mountRoutes(app: TemplatedApp, routes: readonly Route[], serve: Serve, rowOf: RowOf): void {
  const methods = new Map<string, { access: Access; allow: string[] }>();
  const everyMethod = new Set<string>();
  for (const route of routes) {
    if (route.method === 'WS' && route.passedOn) continue;
    const { access, allow } = methods.get(route.path) ?? { access: route.access, allow: [] };
    // What is not allowed on a path is told to those who may use it.
    const compiled = compile(route, rowOf(route.method, route.path));
    if (route.method === 'ANY') {
      everyMethod.add(route.path);
      app.any(route.path, (response, live) => serve(compiled, response, live, live.getCaseSensitiveMethod()));
      continue;
    }
    methods.set(route.path, {
      access,
      allow: [...allow, ...(route.method === 'GET' ? ['GET', 'HEAD'] : [socketIsGet(route)])],
    });
    const on = (method: string) => (response: HttpResponse, live: HttpRequest) =>
      serve(compiled, response, live, method);
    switch (route.method) {
      case 'WS':
      case 'GET':
        app.get(route.path, on('GET'));
        app.head(route.path, on('HEAD'));
        break;
      case 'POST':
        app.post(route.path, on('POST'));
        break;
      case 'PUT':
        app.put(route.path, on('PUT'));
        break;
      case 'DELETE':
        app.del(route.path, on('DELETE'));
    }
  }
  for (const [path, { access, allow }] of methods) {
    if (everyMethod.has(path)) continue;
    const detail = `Method not allowed here, only ${allow.join(', ')}`;
    const error = new HttpError(405, detail, { headers: { Allow: allow.join(', ') } });
    mountRest(app, serve, path, access, error, rowOf('other', path));
  }
  if (everyMethod.has('/*')) return;
  mountRest(app, serve, '/*', 'authenticated', new HttpError(404, 'Not found'), rowOf('other', '/*'));
}

function socketIsGet(route: MountedRoute): string {
  return route.method === 'WS' ? 'GET' : route.method;
}

function mountRest(
  app: TemplatedApp,
  serve: Serve,
  path: string,
  access: Access,
  error: HttpError,
  row: number,
): void {
  const compiled: CompiledRoute = {
    ...compilePath(path),
    ...PLAIN,
    row,
    access,
    handler: () => errorReply(error),
  };
  app.any(path, (response, live) => serve(compiled, response, live, live.getCaseSensitiveMethod()));
}

function compile(route: MountedRoute, row: number): CompiledRoute {
  const { path, access } = route;
  const base = { ...compilePath(path), ...PLAIN, row, access };
  if (route.method === 'WS') return { ...base, handler: () => errorReply(UPGRADE_REQUIRED) };
  const { method, handler, body, bodyLimit, passedOn = false, duringMaintenance = false } = route;
  const streams = body === 'stream';
  const defaultLimit = streams ? UNLIMITED : method === 'GET' ? null : BODY_LIMIT;
  const pathRules = passedOn ? PASSED_ON_PATHS : PLAIN.pathRules;
  const limit = bodyLimit ?? defaultLimit;
  return { ...base, handler, streams, bodyLimit: limit, passedOn, pathRules, duringMaintenance };
}

function compilePath(path: string): Pick<CompiledRoute, 'exactPath' | 'names'> {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');
  return { exactPath: names.length > 0 || path.endsWith('/*') ? null : path, names };
}

/** A socket's path without a handshake, or with one of another version (RFC 9110, 15.5.22; RFC 6455, 4.4). */
export const UPGRADE_REQUIRED = new HttpError(
  426,
  'This is a WebSocket: connect with a WebSocket client, version 13',
  {
    headers: Object.freeze({ Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' }),
  },
);

/** The decoded parameters of a path that was found canonical, so that decoding cannot fail. */
export function paramsOf(route: CompiledRoute, live: HttpRequest): Record<string, string> {
  return Object.fromEntries(
    route.names.map((name, index) => [name, decodeURIComponent(live.getParameter(index) ?? '')]),
  );
}
