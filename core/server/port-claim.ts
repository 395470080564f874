import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** The right to serve on an address, for as long as it is held. */
export interface PortClaim {
  release(): void;
}

/**
 * Makes sure that nobody serves on the address yet. A port that is going to be shared with a successor can be shared with
 * anybody by the same user, without an error: so it is first bound as nobody can share it, and a name that goes with the
 * address is held, which tells apart two Studios that start at the same moment. Linux ends both with the process.
 * Rejects when the port is taken, or the address is not this machine's.
 */
export async function claimPort(host: string, port: number): Promise<PortClaim> {
  const name = createServer();
  try {
    // An abstract socket: a name without a file (unix(7)).
    await listening(name.listen(`\0comfyui-studio:${host}:${port}`));
    const probe = createServer();
    await listening(probe.listen(port, host));
    probe.close();
    await once(probe, 'close');
  } catch (error) {
    name.close();
    throw new Error(
      `cannot listen on ${host}:${port}: the port is taken, or the address is not this machine's`,
      {
        cause: error,
      },
    );
  }
  name.unref();
  return { release: () => name.close() };
}

async function listening(server: Server): Promise<void> {
  await once(server, 'listening');
}
