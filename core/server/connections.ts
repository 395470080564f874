import type { HttpResponse, TemplatedApp } from 'uWebSockets.js';

/** How many connections are open, of all kinds. */
export interface Connections {
  readonly open: number;
  /** Counts those of an app, and limits them. */
  watch(app: TemplatedApp): AppConnections;
  /** Resolves when none is open, or after `patienceMs`. */
  gone(patienceMs: number): Promise<void>;
}

/** How many are open on all servers that share a limit. */
export interface Total {
  open: number;
}

/** Those of one app. */
export interface AppConnections {
  readonly open: number;
  /** To be told of each WebSocket that closes: uWebSockets.js reports how plain connections end, and not these. */
  socketClosed(): void;
}

/**
 * Closes what comes when `most` are open already, on all servers that count in the same `total`, before a byte of it is read.
 * The others are not touched, so whoever is there stays; `onRefused` is told each time.
 */
export function limitConnections(
  most: number,
  onRefused: () => void,
  total: Total = { open: 0 },
): Connections {
  let open = 0;
  let onNone = (): void => {};
  const count = (change: number): void => {
    open += change;
    total.open += change;
    if (open === 0) onNone();
  };
  return {
    get open() {
      return open;
    },
    watch(app) {
      let ofApp = 0;
      const track = (response: HttpResponse, change: unknown): void => {
        ofApp += Number(change);
        count(Number(change));
        if (Number(change) < 0 || total.open <= most) return;
        onRefused();
        // This very function is told of it, with -1.
        response.close();
      };
      app.filter(track);
      return {
        get open() {
          return ofApp;
        },
        socketClosed() {
          ofApp -= 1;
          count(-1);
        },
      };
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
