import type { Test } from 'tap';
import type { Context } from '../../core/context.ts';
import type { HttpRoute, Route } from '../../core/http/route.ts';
import { createServer, type Server } from '../../core/server/server.ts';
import { KEY, makeContext } from './handler.ts';

export interface TestServer {
  readonly port: number;
  readonly url: string;
  readonly server: Server;
  readonly context: Context;
  /** The value for a Cookie header of a session that began just now. */
  readonly cookie: string;
}

/** Serves `routes` on a port of the system's choice with a made-up context, until the test ends. */
export async function serveRoutes(
  t: Test,
  routes: readonly Route[],
  overrides: Partial<Context> = {},
): Promise<TestServer> {
  const now = () => Math.floor(Date.now() / 1000);
  const context = await makeContext({ now, ...overrides });
  const server = createServer(context, routes);
  const port = await server.listen('127.0.0.1', 0);
  t.teardown(() => server.close(1000));
  const cookie = context.sessions.cookieAt(now()).split(';', 1)[0] ?? '';
  return { port, url: `http://127.0.0.1:${port}`, server, context, cookie };
}

/** Headers of a caller that has the key. */
export const WITH_KEY = { 'X-API-Key': KEY };

/** An authenticated GET row, unless told otherwise. */
export function row(path: string, handler: HttpRoute['handler'], rest: Partial<HttpRoute> = {}): HttpRoute {
  return { method: 'GET', path, access: 'authenticated', summary: path, handler, ...rest };
}
