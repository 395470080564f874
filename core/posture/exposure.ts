import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Exposure } from './facts.ts';

/** Of this machine to itself: it answers at once, or a firewall swallows it. In ms. */
const PATIENCE_MS = 500;

/** A machine with more addresses than this has them for containers. */
const MOST_ADDRESSES = 16;

/** Tries ComfyUI's port on each address of this machine that is not loopback. It connects, and says nothing. */
export async function probeExposure(comfyuiUrl: string): Promise<Exposure> {
  const { hostname, port, protocol } = new URL(comfyuiUrl);
  const number = Number(port === '' ? (protocol === 'https:' ? 443 : 80) : port);
  if (!/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) return { checked: false, reachable: [] };
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    // A link-local address means nothing without the interface's name.
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .map(({ address }) => address)
    .slice(0, MOST_ADDRESSES);
  const answers = await Promise.all(
    outside.map(async (address) => ((await connects(address, number)) ? [withPort(address, number)] : [])),
  );
  return { checked: await connects(hostname.replaceAll(/[[\]]/g, ''), number), reachable: answers.flat() };
}

function withPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(PATIENCE_MS, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
