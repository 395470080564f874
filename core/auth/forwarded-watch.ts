/** A scanner sends X-Forwarded-For once or twice, a proxy every time. */
const ENOUGH = 10;
const MOST_PEERS = 64;

export interface ForwardedWatch {
  /** A request came with X-Forwarded-For from this address, which is not trusted. */
  see(peer: string): void;
  /** The peer that seems to be a proxy, as the CIDR block to trust; null when there is none. */
  readonly suspect: string | null;
}

/**
 * Notices a proxy that TRUSTED_PROXIES does not name: all who come through it share one address, so that one attacker's
 * wrong keys lock everybody out. Calls `warn` once, whatever happens.
 */
export function createForwardedWatch(warn: (message: string) => void): ForwardedWatch {
  const seen = new Map<string, number>();
  let suspect: string | null = null;
  return {
    get suspect() {
      return suspect;
    },
    see(peer) {
      if (suspect !== null) return;
      const times = (seen.get(peer) ?? 0) + 1;
      if (times === 1 && seen.size >= MOST_PEERS) seen.clear();
      seen.set(peer, times);
      if (times < ENOUGH) return;
      suspect = `${peer}/${peer.includes(':') ? 128 : 32}`;
      seen.clear();
      warn(forwardedWarning(peer, suspect));
    },
  };
}

/** Anybody can send the header, so it is for the owner to say whether that address is a proxy of theirs. */
function forwardedWarning(peer: string, cidr: string): string {
  return (
    `X-Forwarded-For keeps arriving from ${peer}, which is not in TRUSTED_PROXIES. If that is a proxy in front of Studio, ` +
    `all its clients count as one, and one who guesses keys locks everybody out: add ${cidr}, or the proxy's whole network, ` +
    'to TRUSTED_PROXIES. If you do not know that address, do not.'
  );
}
