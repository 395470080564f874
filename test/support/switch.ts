import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import type { Test } from 'tap';

/** An address that stays the same, whichever server is behind it. */
export interface Switch {
  /** http://127.0.0.1:port */
  readonly url: string;
  /** New connections go to this port from now on. */
  turnTo(port: number): void;
}

export async function startSwitch(t: Test, port: number): Promise<Switch> {
  let target = port;
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    near.pipe(far).pipe(near);
    // One that breaks takes the other with it.
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.address() as AddressInfo;
  t.teardown(() => server.close());
  return {
    url: `http://127.0.0.1:${own}`,
    turnTo(port) {
      target = port;
    },
  };
}
