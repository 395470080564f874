import type { Config } from '../config.ts';
import type { Listener } from './listener.ts';
import { claimPort, type PortClaim } from './port-claim.ts';

/** How a Studio comes by its ports. */
export interface Ports {
  /** Makes sure that nobody else has them, before anything else is begun. Rejects when somebody does. */
  claim(): Promise<void>;
  listen(server: Listener, host: string, port: number): Promise<number>;
  release(): void;
}

/** Nobody else can have them at the same time, a successor neither. */
export const OWN_PORTS: Ports = {
  claim: () => Promise.resolve(),
  listen: (server, host, port) => server.listen(host, port),
  release: () => {},
};

/** A successor can serve on them beside this Studio, and nobody else. `inherited`: this is one, so they are claimed already. */
export function sharedPorts(
  {
    host,
    port,
    comfyuiPort,
    httpRedirectPort,
  }: Pick<Config, 'host' | 'port' | 'comfyuiPort' | 'httpRedirectPort'>,
  inherited: boolean,
): Ports {
  const claims: PortClaim[] = [];
  return {
    async claim() {
      if (inherited) return;
      for (const number of [port, comfyuiPort ?? 0, httpRedirectPort ?? 0])
        if (number !== 0) claims.push(await claimPort(host, number));
    },
    listen: (server, on, number) =>
      number === 0 ? server.listen(on, number) : server.listenBeside(on, number),
    release() {
      for (const claim of claims) claim.release();
    },
  };
}
