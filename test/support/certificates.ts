import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeSelfSigned } from '../../core/tls/self-signed.ts';

/** A certificate of the loopback's with its key, as text. */
export interface MadePair {
  readonly certificate: string;
  readonly key: string;
  /** SHA-256, as in X509Certificate. */
  readonly fingerprint: string;
}

const DAY_MS = 24 * 3_600_000;

/** One that ends in so many days; below 0 it has ended already. */
export function makePair(days = 90): MadePair {
  const pem = makeSelfSigned(['localhost', '127.0.0.1'], Date.now() - 400 * DAY_MS, 400 + days);
  const begin = pem.indexOf('-----BEGIN CERTIFICATE-----');
  const certificate = pem.slice(begin);
  return {
    certificate,
    key: pem.slice(0, begin),
    fingerprint: new X509Certificate(certificate).fingerprint256,
  };
}

/** Where a pair was written. */
export interface WrittenPair {
  readonly certificate: string;
  readonly key: string;
  readonly env: { readonly STUDIO_TLS_CERT: string; readonly STUDIO_TLS_KEY: string };
}

export function writePair(folder: string, { certificate, key }: MadePair): WrittenPair {
  const files = { certificate: join(folder, 'fullchain.pem'), key: join(folder, 'privkey.pem') };
  writeFileSync(files.certificate, certificate);
  writeFileSync(files.key, key, { mode: 0o600 });
  return { ...files, env: { STUDIO_TLS_CERT: files.certificate, STUDIO_TLS_KEY: files.key } };
}
