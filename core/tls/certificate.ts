import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Two PEM files, which may be one and the same. */
export interface PairFiles {
  /** The server's own certificate first, then those that vouch for it. */
  readonly certificate: string;
  readonly key: string;
}

/** What is to be known of a certificate that can be used. */
export interface Certificate {
  /** Unix ms. */
  readonly validFrom: number;
  /** Unix ms. */
  readonly expiresAt: number;
  /** SHA-256, as browsers show it: AB:CD:... */
  readonly fingerprint: string;
  /** Of all that both files hold: another one means that something is to be loaded anew, be it only who vouches for it. */
  readonly identity: string;
}

/** A certificate and its key that will not do together, and why, as a sentence without its full stop. */
export class PairError extends Error {
  override readonly name = 'PairError';
}

/** Reads both files. Throws PairError; nothing that it says is from inside the key. */
export function readPair({ certificate, key }: PairFiles): Certificate {
  return judgePair(readText(certificate), readText(key), { certificate, key });
}

/** Whether the first certificate of one PEM text belongs to the key in the other. `names` is for what PairError says. */
export function judgePair(certificatePem: string, keyPem: string, names: PairFiles): Certificate {
  const certificate = parseCertificate(certificatePem, names.certificate);
  const key = parseKey(keyPem, names.key);
  if (!certificate.checkPrivateKey(key))
    throw new PairError(
      `the key in ${names.key} is not that of the first certificate in ${names.certificate}: the server's own comes first there`,
    );
  return {
    validFrom: Date.parse(certificate.validFrom),
    expiresAt: Date.parse(certificate.validTo),
    fingerprint: certificate.fingerprint256,
    identity: createHash('sha256').update(certificatePem).update('\0').update(keyPem).digest('hex'),
  };
}

function parseCertificate(pem: string, name: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new PairError(`there is no certificate in PEM (BEGIN CERTIFICATE) in ${name}`);
  }
}

function parseKey(pem: string, name: string): KeyObject {
  if (/^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem))
    throw new PairError(`the key in ${name} is encrypted: Studio has nobody to ask for its passphrase`);
  try {
    return createPrivateKey(pem);
  } catch {
    throw new PairError(`there is no private key in PEM (BEGIN PRIVATE KEY) in ${name}`);
  }
}

/** More than any chain has. */
const LARGEST = 1024 * 1024;

function readText(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new PairError(`${path} cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
  if (bytes.length > LARGEST) throw new PairError(`${path} is far too large for a certificate or a key`);
  return bytes.toString('latin1');
}
