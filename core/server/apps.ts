import type { TemplatedApp } from 'uWebSockets.js';
import { StartupError } from '../startup-error.ts';
import type { PairFiles } from '../tls/certificate.ts';
import uws from './uws.ts';

/**
 * The app of uWebSockets.js behind a server; over TLS there is one for each certificate that a connection still uses.
 *
 * Such an app keeps the certificate that it was made with (SNI's addServerName is no way out: who comes by an address
 * names no server). So another app takes the connections and hands each one, before a byte of it is read, to the newest:
 * a new certificate closes no listener and no connection, and those that are open end as they would have.
 */
export interface Apps {
  /** The one that listens. */
  readonly listener: TemplatedApp;
  /** Those that serve, the newest last. */
  readonly serving: ReadonlySet<TemplatedApp>;
  /** New connections get the certificate that lies in the files now. Throws when uWebSockets.js will not have it. */
  renew(): void;
  close(): void;
}

/** Puts all that is served into an app; returns what tells how many connections it has. */
export type Mount = (app: TemplatedApp) => { readonly open: number };

export function createApps(tls: PairFiles | null, mount: Mount): Apps {
  return tls === null ? plainApp(mount) : secureApps(tls, mount);
}

function plainApp(mount: Mount): Apps {
  const app = uws.App();
  mount(app);
  return { listener: app, serving: new Set([app]), renew() {}, close: () => app.close() };
}

/** Forward secrecy and authenticated encryption only, for TLS 1.2; those of TLS 1.3 all are so. There is nothing older. */
const CIPHERS = ['ECDHE-ECDSA', 'ECDHE-RSA']
  .flatMap((how) =>
    ['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'CHACHA20-POLY1305'].map((what) => `${how}-${what}`),
  )
  .join(':');

/** In ms: a connection that was taken is handed over in the next turn of the event loop, so this is far too long. */
const HANDED_OVER_MS = 10_000;

function secureApps({ certificate, key }: PairFiles, mount: Mount): Apps {
  function secureApp(): TemplatedApp {
    try {
      // The files are read here and now.
      return uws.SSLApp({ cert_file_name: certificate, key_file_name: key, ssl_ciphers: CIPHERS });
    } catch {
      throw new StartupError(
        `uWebSockets.js cannot use the certificate in ${certificate} with the key in ${key}`,
      );
    }
  }
  const listener = secureApp();
  const serving = new Set<TemplatedApp>();
  let newest: { readonly app: TemplatedApp; readonly connections: { readonly open: number } } | null = null;

  function renew(): void {
    const app = secureApp();
    const connections = mount(app);
    const before = newest;
    newest = { app, connections };
    serving.add(app);
    listener.addChildAppDescriptor(app.getDescriptor());
    if (before === null) return;
    listener.removeChildAppDescriptor(before.app.getDescriptor());
    forgetWhenEmpty(before.app, before.connections);
  }

  function forgetWhenEmpty(app: TemplatedApp, connections: { readonly open: number }): void {
    const timer = setInterval(() => {
      if (connections.open > 0) return;
      clearInterval(timer);
      serving.delete(app);
    }, HANDED_OVER_MS).unref();
  }

  renew();
  return {
    listener,
    serving,
    renew,
    close() {
      listener.close();
      for (const app of serving) app.close();
    },
  };
}
