import type { HttpResponse, TemplatedApp } from 'uWebSockets.js';

/** How many connections are open, of all kinds. */
export interface Connections {
  readonly open: number;
  /** To be told of each WebSocket that closes: uWebSockets.js reports how plain connections end, and not these. */
  socketClosed(): void;
  /** Resolves when none is open, or after `patienceMs`. */
  gone(patienceMs: number): Promise<void>;
}

/**
 * Closes what comes when `most` are open already, before a byte of it is read. The others are not touched, so whoever is
 * there stays; `onRefused` is told each time.
 */
export function limitConnections(app: TemplatedApp, most: number, onRefused: () => void): Connections {
  let open = 0;
  let onNone = (): void => {};
  const track = (response: HttpResponse, change: unknown): void => {
    open += Number(change);
    if (open === 0) onNone();
    if (Number(change) < 0 || open <= most) return;
    onRefused();
    // This very function is told of it, with -1.
    response.close();
  };
  app.filter(track);
  return {
    get open() {
      return open;
    },
    socketClosed() {
      open -= 1;
      if (open === 0) onNone();
    },
    gone(patienceMs) {
      if (open === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, patienceMs);
        onNone = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}
