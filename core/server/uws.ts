/** The one door to uWebSockets.js. It reads its settings from the environment when it loads, so they come first. */
process.env.UWS_HTTP_MAX_HEADERS_SIZE ??= String(16 * 1024);

const { default: uws } = await import('uWebSockets.js');

export default uws;

// In the build, but not in its type definitions.
declare module 'uWebSockets.js' {
  const LIBUS_LISTEN_EXCLUSIVE_PORT: number;
  interface TemplatedApp {
    /** Names this app to another one of the same kind, which hands over its connections. */
    getDescriptor(): number;
    addChildAppDescriptor(descriptor: number): TemplatedApp;
    removeChildAppDescriptor(descriptor: number): TemplatedApp;
    listen(
      host: string,
      port: number,
      options: number,
      callback: (token: us_listen_socket | false) => void,
    ): TemplatedApp;
  }
}
