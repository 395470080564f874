import ipaddr from 'ipaddr.js';

/** Whether ComfyUI's port can be reached past Studio. */
export interface Exposure {
  /** False before the first look, and when ComfyUI runs on another machine: then nothing is known. */
  readonly checked: boolean;
  /** The machine's addresses, loopback left out, on which something answers at ComfyUI's port. */
  readonly reachable: readonly string[];
}

export const NOT_CHECKED: Exposure = Object.freeze({ checked: false, reachable: Object.freeze([]) });

/** One of this machine's addresses. */
export interface OwnAddress {
  readonly address: string;
  /** Of the loopback interface. */
  readonly internal: boolean;
}

/** Where ComfyUI is expected, and what Studio itself listens on. */
export interface Listeners {
  readonly comfyui: { readonly host: string; readonly port: number };
  readonly studio: { readonly host: string; readonly ports: readonly number[] };
}

/**
 * On which of the machine's own addresses ComfyUI may answer though it should not; null when it runs elsewhere, by what
 * COMFYUI_URL says. IPv6's link-local addresses are left out: each needs its interface named, and who listens on one
 * listens on others.
 */
export function addressesToTry(
  { comfyui, studio }: Listeners,
  own: readonly OwnAddress[],
): readonly string[] | null {
  if (!isHere(comfyui.host, own)) return null;
  return own
    .filter(({ address, internal }) => !internal && ipaddr.isValid(address) && !isIpv6LinkLocal(address))
    .map(({ address }) => address)
    .filter((address) => !(address === studio.host && studio.ports.includes(comfyui.port)));
}

function isHere(host: string, own: readonly OwnAddress[]): boolean {
  if (host === 'localhost') return true;
  if (!ipaddr.isValid(host)) return false;
  const address = ipaddr.process(host);
  const range = address.range();
  if (range === 'loopback' || range === 'unspecified') return true;
  return own.some(
    (one) => ipaddr.isValid(one.address) && ipaddr.process(one.address).toString() === address.toString(),
  );
}

function isIpv6LinkLocal(address: string): boolean {
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv6' && parsed.range() === 'linkLocal';
}

/** What there is to tell the owner; null when it is what they know already. */
export function exposureNews(
  before: Exposure,
  after: Exposure,
  port: number,
): { readonly level: 'warn' | 'info'; readonly message: string } | null {
  if (before.reachable.join() === after.reachable.join()) return null;
  if (after.reachable.length === 0)
    return { level: 'info', message: `Port ${port} answers on this machine's loopback only, as it should` };
  const places = after.reachable.map((address) => (address.includes(':') ? `[${address}]` : address));
  const message =
    `Something answers at ComfyUI's port past Studio: ${places.map((place) => `${place}:${port}`).join(', ')}. ` +
    'Whoever can reach this machine there needs no key, unless a firewall is in between. ' +
    'Start ComfyUI with --listen 127.0.0.1, and publish no port of its container';
  return { level: 'warn', message };
}
