import { broadcast } from '../broadcast.ts';
import type { Context } from '../context.ts';
import type { Predecessor } from '../handover/successor.ts';
import type { Route } from '../http/route.ts';
import type { Guard } from '../server/guard.ts';
import type { Ports } from '../server/ports.ts';
import { PATIENCE } from '../server/pressure.ts';
import { createRedirectServer, type RedirectServer } from '../server/redirect-server.ts';
import { createServer, type Server } from '../server/server.ts';

export interface ServedPorts {
  readonly port: number;
  /** Where ComfyUI alone is served; null when STUDIO_COMFYUI_PORT is not set. */
  readonly comfyuiPort: number | null;
  /** Where plain http is led to https; null when STUDIO_HTTP_REDIRECT_PORT is not set. */
  readonly httpRedirectPort: number | null;
}

/** Servers that listen. */
export interface Serving {
  readonly served: ServedPorts;
  readonly redirects: RedirectServer | null;
  readonly stopBroadcast: () => void;
}

export interface ServersOptions {
  readonly context: Context;
  readonly routes: readonly Route[];
  /** Of STUDIO_COMFYUI_PORT. */
  readonly comfyuiRoutes: readonly Route[];
  readonly guard: Guard;
  readonly ports: Ports;
  /** Looks at the first server before anybody else does. */
  readonly predecessor: Predecessor | undefined;
}

/** Makes the servers, puts them into `servers`, and opens the ports: from then on people come. */
export async function openServers(servers: Server[], options: ServersOptions): Promise<Serving> {
  const { context, routes, comfyuiRoutes, guard, ports, predecessor } = options;
  const { config, runs, events, metrics } = context;
  const total = { open: 0 };
  const serverOf = (its: readonly Route[]) => createServer(context, its, guard, PATIENCE, total);
  const server = serverOf(routes);
  // The same gate on a second port; what the guard refuses, and connections, count together.
  const comfyuiServer = config.comfyuiPort === null ? null : serverOf(comfyuiRoutes);
  servers.push(server, ...(comfyuiServer === null ? [] : [comfyuiServer]));
  const stopBroadcast = broadcast(runs, events, server, metrics.frames);
  if (predecessor !== undefined) await standTheCheck(server, predecessor, config.tls !== null);
  const port = await ports.listen(server, config.host, config.port);
  const comfyuiPort =
    comfyuiServer === null ? null : await ports.listen(comfyuiServer, config.host, config.comfyuiPort ?? 0);
  const redirects = config.httpRedirectPort === null ? null : createRedirectServer(() => port);
  const httpRedirectPort =
    redirects === null ? null : await ports.listen(redirects, config.host, config.httpRedirectPort ?? 0);
  return { served: { port, comfyuiPort, httpRedirectPort }, redirects, stopBroadcast };
}

/** The process before this one looks at it where nobody else does. */
async function standTheCheck(server: Server, predecessor: Predecessor, secure: boolean): Promise<void> {
  const port = await server.listen('127.0.0.1', 0);
  await predecessor.checks(port, secure);
  server.stopListening(port);
}
