import { connectClient } from './browser-client.ts';
import type { ConnectOptions } from './client.ts';
import { createStudio, type Studio } from './studio.ts';

export * from './api.ts';

/**
 * A client for the Studio that this page came from, as the session that this browser has. Nothing is sent before it is asked for.
 * Throws TypeError for a key: a browser cannot send one with a WebSocket's handshake, so log in, and the cookie vouches.
 */
export function connect(options: ConnectOptions = {}): Studio {
  return createStudio(connectClient(options));
}
