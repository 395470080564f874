import type { us_listen_socket } from 'uWebSockets.js';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Context } from '../context.ts';
import type { Route } from '../http/route.ts';
import { filesOf } from '../tls/source.ts';
import { createApps } from './apps.ts';
import { limitConnections, type Total } from './connections.ts';
import { createDispatch } from './dispatch.ts';
import { createGuard, type Guard } from './guard.ts';
import { createHandshakes } from './handshake.ts';
import type { Listener } from './listener.ts';
import { createPassedSockets } from './passed-sockets.ts';
import { PATIENCE, type Patience } from './pressure.ts';
import { quietMoment } from './quiet-moment.ts';
import { mountRoutes } from './router.ts';
import { createSockets } from './sockets.ts';
import uws from './uws.ts';
import { createViewers } from './viewers.ts';

export interface OpenSockets {
  readonly viewers: number;
  readonly passed: number;
}

export interface Server extends Listener {
  /** Takes no more connections on that port; those that are open go on. */
  stopListening(port: number): void;
  /** Over https: new connections get the certificate that lies in the files now. Throws when it will not do. */
  renewCertificate(): void;
  /** How many sockets would get what is published to the topic. */
  subscribers(topic: string): number;
  /** Sends a message to every socket that subscribed to any of the topics. Strings go as text, bytes as binary. */
  publish(topics: readonly string[], message: string | Uint8Array): void;
  /** The most bytes that wait in this process for one socket that reads slowly. */
  mostBuffered(): number;
  /** How many sockets are open. */
  viewers(): number;
  /** The same by what they are: viewers of the stream, and those that are passed on to ComfyUI. */
  openSockets(): OpenSockets;
  /** Ends all sockets of sessions with 4001. */
  closeSessions(reason: string): void;
  /** Ends all sockets with 4001, those of the key as well. */
  closeCallers(reason: string): void;
  /**
   * Stops: no new connections, sockets end with 1001, pending answers are finished, for `graceMs` at most.
   * Resolves when everything is closed.
   */
  close(graceMs?: number): Promise<void>;
  /**
   * Another process serves by now: this one takes no new connections, ends its sockets with 1012 (RFC 6455, 7.4.1 and its
   * registry: service restart), and closes every other connection behind the answer to its next request. Resolves when all
   * are gone; what is left after `patienceMs` is cut off.
   */
  retire(patienceMs: number): Promise<void>;
}

/** uWebSockets.js's default, SO_REUSEPORT: only processes of one user share a port, and only when all of them ask for it so. */
const SHARED_PORT = 0;

/**
 * Answers over https where the configuration says so. `guard`: what every request and every handshake meets first.
 * `patience`: how long sockets may be far behind. `total`: of the connections of all servers that share the limit.
 */
export function createServer(
  context: Context,
  routes: readonly Route[],
  guard: Guard = createGuard(),
  patience: Patience = PATIENCE,
  total: Total = { open: 0 },
): Server {
  const { tls, studioDir, maxConnections, maxViewersPerAddress } = context.config;
  const dispatch = createDispatch(context, guard);
  const connections = limitConnections(maxConnections, () => guard.count('connections'), total);
  const viewers = createViewers(maxViewersPerAddress);
  const handshakes = createHandshakes(context, dispatch, viewers);
  const services = { dispatch, handshakes, viewers };
  const sockets = createSockets(context, services, patience);
  const passedSockets = createPassedSockets(context, services);
  const apps = createApps(tls === null ? null : filesOf(tls, studioDir), (app) => {
    const counted = connections.watch(app);
    for (const route of routes) {
      if (route.method !== 'WS') continue;
      if (route.passedOn) passedSockets.mount(app, route, counted.socketClosed);
      else sockets.mount(app, route, counted.socketClosed);
    }
    mountRoutes(app, routes, dispatch.serve, context.metrics.requests.row);
    return counted;
  });

  const listening = new Map<number, us_listen_socket>();

  function listen(host: string, port: number, options: number): Promise<number> {
    return new Promise((resolve, reject) => {
      apps.listener.listen(host, port, options, (token) => {
        if (!token)
          return reject(
            new Error(
              `cannot listen on ${host}:${port}: the port is taken, or the address is not this machine's`,
            ),
          );
        const bound = uws.us_socket_local_port(token);
        listening.set(bound, token);
        resolve(bound);
      });
    });
  }

  function stopListening(port: number): void {
    const token = listening.get(port);
    listening.delete(port);
    if (token !== undefined) uws.us_listen_socket_close(token);
  }

  return {
    // Exclusive: uWebSockets.js would share the port with another process, without a word.
    listen: (host, port) => listen(host, port, uws.LIBUS_LISTEN_EXCLUSIVE_PORT),
    listenBeside: (host, port) => listen(host, port, SHARED_PORT),
    stopListening,
    renewCertificate: apps.renew,
    subscribers(topic) {
      let sum = 0;
      for (const app of apps.serving) sum += app.numSubscribers(topic);
      return sum;
    },
    publish(topics, message) {
      const isBinary = typeof message !== 'string';
      for (const app of apps.serving)
        for (const topic of topics) app.publish(topic, message, isBinary, false);
      // A string's bytes are up to three times its length; most are ASCII, and an estimate will do.
      sockets.published(message.length);
    },
    mostBuffered: sockets.mostBuffered,
    viewers: () => sockets.open() + passedSockets.open(),
    openSockets: () => ({ viewers: sockets.open(), passed: passedSockets.open() }),
    closeSessions(reason) {
      sockets.closeSessions(reason);
      passedSockets.closeSessions(reason);
    },
    closeCallers(reason) {
      sockets.closeCallers(reason);
      passedSockets.closeCallers(reason);
    },
    async close(graceMs = 8000) {
      for (const port of [...listening.keys()]) stopListening(port);
      sockets.closeAll(1001, 'Studio is stopping');
      passedSockets.closeAll(1001, 'Studio is stopping');
      await dispatch.drain(graceMs);
      sockets.stop();
      passedSockets.stop();
      apps.close();
    },
    async retire(patienceMs) {
      await quietMoment();
      for (const port of [...listening.keys()]) stopListening(port);
      // What was taken last is counted by then: over https it is handed from app to app in between.
      await nextTurn();
      await nextTurn();
      sockets.closeAll(1012, 'Studio restarts');
      passedSockets.closeAll(1012, 'Studio restarts');
      await Promise.all([dispatch.drain(patienceMs), connections.gone(patienceMs)]);
      sockets.stop();
      passedSockets.stop();
      apps.close();
    },
  };
}
