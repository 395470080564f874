import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type AddressRange = [Address, number];

/**
 * Reads an address or CIDR block: '10.0.0.0/8', '::1'.
 * Returns null when it is neither. IPv4-mapped IPv6 counts as IPv4.
 */
export function parseRange(text: string): AddressRange | null {
  const [addressText = '', bitsText, ...rest] = text.split('/');
  const address = parseAddress(addressText);
  if (address === null || rest.length > 0) return null;
  const width = address.kind() === 'ipv4' ? 32 : 128;
  if (bitsText === undefined) return [address, width];
  // '::ffff:10.0.0.0/104' is 10.0.0.0/8 in the other spelling.
  const mapped = width === 32 && addressText.includes(':') ? 96 : 0;
  const bits = /^\d{1,3}$/.test(bitsText) ? Number(bitsText) - mapped : -1;
  return bits >= 0 && bits <= width ? [address, bits] : null;
}

/**
 * The client's address: the peer's, or, when the peer is a trusted proxy, the rightmost address of X-Forwarded-For
 * that is not itself trusted. What stands further left was written by whoever came before, so anybody could have.
 */
export function clientAddress(peer: string, forwardedFor: string, trusted: readonly AddressRange[]): string {
  const peerAddress = parseAddress(peer);
  if (peerAddress === null) return peer;
  let client = peerAddress;
  if (isTrusted(peerAddress, trusted)) {
    for (const hop of forwardedFor.split(',').reverse()) {
      const address = parseHop(hop.trim());
      // Not an address: what is left of it cannot be judged, so the last one that could be stands.
      if (address === null) break;
      client = address;
      if (!isTrusted(address, trusted)) break;
    }
  }
  return client.toString();
}

/** Whether a header of the peer's may be believed. */
export function isTrustedPeer(peer: string, trusted: readonly AddressRange[]): boolean {
  const address = parseAddress(peer);
  return address !== null && isTrusted(address, trusted);
}

/** What failures are counted under: an IPv4 address, or the /64 that one IPv6 customer has (RFC 6177). */
export function throttleKey(client: string): string {
  const address = parseAddress(client);
  if (address === null) return client;
  if (address.kind() === 'ipv4') return address.toString();
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`);
  return `${network.toString()}/64`;
}

function isTrusted(address: Address, trusted: readonly AddressRange[]): boolean {
  return trusted.some((range) => range[0].kind() === address.kind() && address.match(range));
}

/** Four decimal parts or IPv6: not the octal and hexadecimal forms that ipaddr.js would read too. */
function parseAddress(text: string): Address | null {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text) ? ipaddr.process(text) : null;
}

/** Some proxies write `1.2.3.4:5678` or `[::1]:5678`. */
function parseHop(text: string): Address | null {
  const [, bracketed, plain] = /^\[([^\]]+)\](?::\d+)?$|^([^:]+):\d+$/.exec(text) ?? [];
  return parseAddress(bracketed ?? plain ?? text);
}
