import { existsSync, readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { createOnce, replaceFile } from '../auth/durable-file.ts';
import { judgePair, type PairFiles } from './certificate.ts';
import { makeSelfSigned } from './self-signed.ts';

/** Studio's own key and certificate, in one file (0600), so that there is never one without the other. */
const PAIR = '.tls.pem';

/** The certificate alone, for whoever wants to give it to their browser or to curl. */
const PUBLIC = 'certificate.pem';

/** As long as the longest that browsers accept of anybody. */
const LIFETIME_DAYS = 397;

const RENEWED_BEFORE_MS = 30 * 24 * 3_600_000;

export function ownPair(studioDir: string): PairFiles {
  const path = join(studioDir, PAIR);
  return { certificate: path, key: path };
}

export function ownPublicFile(studioDir: string): string {
  return join(studioDir, PUBLIC);
}

/**
 * Sees to it that there is a pair in STUDIO_DIR that can be used and has 30 days to go. Of several processes that look at the
 * same time one makes it. `warn` is told when what was there could not be used. Throws the file system's error.
 */
export function ensureOwnPair(studioDir: string, now: number, warn: (message: string) => void): void {
  const { key: path } = ownPair(studioDir);
  const make = () => makeSelfSigned(namesOfThisMachine(), now, LIFETIME_DAYS);
  if (!existsSync(path)) createOnce(path, make());
  else if (mustBeReplaced(path, now, warn)) replaceFile(path, make());
  writePublicPart(studioDir);
}

function mustBeReplaced(path: string, now: number, warn: (message: string) => void): boolean {
  const pem = readFileSync(path, 'latin1');
  try {
    return judgePair(pem, pem, { certificate: path, key: path }).expiresAt - now < RENEWED_BEFORE_MS;
  } catch (error) {
    warn(`Studio's own certificate is made anew: ${error instanceof Error ? error.message : String(error)}`);
    return true;
  }
}

function writePublicPart(studioDir: string): void {
  const whole = readFileSync(ownPair(studioDir).certificate, 'latin1');
  const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/.exec(whole)?.[0] ?? '';
  const path = ownPublicFile(studioDir);
  if (!existsSync(path) || readFileSync(path, 'latin1') !== certificate) replaceFile(path, certificate);
}

/** What a LAN calls this machine by, as far as the machine knows. */
export function namesOfThisMachine(): string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    // A link-local address means nothing without its interface, which no URL names.
    .filter(({ address }) => !/^fe[89ab]/i.test(address))
    .map(({ address }) => address);
  const host = hostname();
  // RFC 6762: by this one it is found where nobody keeps a name server.
  const hosts = host.includes('.') ? [host] : [host, `${host}.local`];
  return [...new Set(['localhost', ...hosts.filter(isHostName), '127.0.0.1', '::1', ...addresses])];
}

function isHostName(name: string): boolean {
  return name.length <= 253 && /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i.test(name);
}
