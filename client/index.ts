import { connect as connectPage } from './browser.ts';
import { type ConnectOptions, createClient } from './client.ts';
import { dialInNode } from './node-socket.ts';
import { createStudio, type Studio } from './studio.ts';

export * from './api.ts';

const OWN_MACHINE = 'http://127.0.0.1:8000';

/**
 * A client for the Studio at `url` (default http://127.0.0.1:8000; in a page, its own origin). Nothing is sent before it is asked
 * for. Throws TypeError when the URL cannot be used.
 */
export function connect(options: ConnectOptions = {}): Studio {
  // A page that takes the package without a bundler gets this file as well.
  if (typeof document !== 'undefined') return connectPage(options);
  return createStudio(createClient({ ...options, url: options.url ?? OWN_MACHINE }, dialInNode));
}
