import { dialInBrowser } from './browser-socket.ts';
import { type Client, type ConnectOptions, createClient } from './client.ts';

/** For the Studio that this page came from, as the session that this browser has. Throws TypeError as `connect` does. */
export function connectClient(options: ConnectOptions = {}): Client {
  if (options.apiKey !== undefined || options.headers !== undefined)
    throw new TypeError(
      'In a browser neither apiKey nor headers can be sent with the stream: log in instead.',
    );
  return createClient({ ...options, url: options.url ?? location.origin }, dialInBrowser);
}
