import type { us_listen_socket } from 'uWebSockets.js';
import type { Context } from '../context.ts';
import type { Route } from '../http/route.ts';
import { limitConnections } from './connections.ts';
import { createDispatch } from './dispatch.ts';
import { createGuard, type Guard } from './guard.ts';
import { createHandshakes } from './handshake.ts';
import { createPassedSockets } from './passed-sockets.ts';
import { PATIENCE, type Patience } from './pressure.ts';
import { mountRoutes } from './router.ts';
import { createSockets } from './sockets.ts';
import uws from './uws.ts';
import { createViewers } from './viewers.ts';

export interface Server {
  /** Binds the address; resolves to the port, which is the system's choice for port 0. Rejects when it is taken. */
  listen(host: string, port: number): Promise<number>;
  /** How many sockets would get what is published to the topic. */
  subscribers(topic: string): number;
  /** Sends a message to every socket that subscribed to any of the topics. Strings go as text, bytes as binary. */
  publish(topics: readonly string[], message: string | Uint8Array): void;
  /** The most bytes that wait in this process for one socket that reads slowly. */
  mostBuffered(): number;
  /** How many sockets are open. */
  viewers(): number;
  /** Ends all sockets of sessions with 4001. */
  closeSessions(reason: string): void;
  /** Ends all sockets with 4001, those of the key as well. */
  closeCallers(reason: string): void;
  /**
   * Stops: no new connections, sockets end with 1001, pending answers are finished, for `graceMs` at most.
   * Resolves when everything is closed.
   */
  close(graceMs?: number): Promise<void>;
}

/** `guard`: what every request and every handshake meets first. `patience`: how long sockets may be far behind. */
export function createServer(
  context: Context,
  routes: readonly Route[],
  guard: Guard = createGuard(),
  patience: Patience = PATIENCE,
): Server {
  const app = uws.App();
  const dispatch = createDispatch(context, guard);
  const connections = limitConnections(app, context.config.maxConnections, () => guard.count('connections'));
  const viewers = createViewers(context.config.maxViewersPerAddress);
  const handshakes = createHandshakes(context, dispatch, viewers);
  const services = { dispatch, handshakes, viewers, onClose: connections.socketClosed };
  const sockets = createSockets(context, services, patience);
  const passedSockets = createPassedSockets(context, services);
  for (const route of routes) {
    if (route.method !== 'WS') continue;
    if (route.passedOn) passedSockets.mount(app, route);
    else sockets.mount(app, route);
  }
  mountRoutes(app, routes, dispatch.serve);

  let listening: us_listen_socket | null = null;
  return {
    listen(host, port) {
      return new Promise((resolve, reject) => {
        // Exclusive: uWebSockets.js would share the port with another process, without a word.
        app.listen(host, port, uws.LIBUS_LISTEN_EXCLUSIVE_PORT, (token) => {
          if (!token)
            return reject(
              new Error(
                `cannot listen on ${host}:${port}: the port is taken, or the address is not this machine's`,
              ),
            );
          listening = token;
          resolve(uws.us_socket_local_port(token));
        });
      });
    },
    subscribers: (topic) => app.numSubscribers(topic),
    publish(topics, message) {
      for (const topic of topics) app.publish(topic, message, typeof message !== 'string', false);
      // A string's bytes are up to three times its length; most are ASCII, and an estimate will do.
      sockets.published(message.length);
    },
    mostBuffered: sockets.mostBuffered,
    viewers: () => sockets.open() + passedSockets.open(),
    closeSessions(reason) {
      sockets.closeSessions(reason);
      passedSockets.closeSessions(reason);
    },
    closeCallers(reason) {
      sockets.closeCallers(reason);
      passedSockets.closeCallers(reason);
    },
    async close(graceMs = 8000) {
      if (listening !== null) uws.us_listen_socket_close(listening);
      listening = null;
      sockets.closeAll(1001, 'Studio is stopping');
      passedSockets.closeAll(1001, 'Studio is stopping');
      await dispatch.drain(graceMs);
      sockets.stop();
      passedSockets.stop();
      app.close();
    },
  };
}
