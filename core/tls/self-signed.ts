import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import {
  bitString,
  boolean,
  integer,
  octetString,
  oid,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from './der.ts';

const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

const COMMON_NAME = 'ComfyUI Studio';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * A new P-256 key and a certificate that it signs itself, in one PEM text. `names`: host names and IP addresses that it is
 * good for. `days`: for how long, from `now` (Unix ms) on. It is of a server and of no authority (RFC 5280, 4.2.1.9): who
 * comes to trust it trusts these names and nobody else's, whoever may get hold of the key.
 */
export function makeSelfSigned(names: readonly string[], now: number, days: number): string {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const name = sequence(set(sequence(oid(OID.commonName), utf8String(COMMON_NAME))));
  // An hour back: the clock of whoever looks at it may be slow.
  const validity = sequence(time(now - HOUR_MS), time(now + days * DAY_MS));
  const signedPart = sequence(
    tagged(0, true, integer(Buffer.of(2))), // version 3
    // Told apart from every other by chance alone (RFC 5280, 4.1.2.2).
    integer(randomBytes(16)),
    algorithm,
    name,
    validity,
    name,
    publicKey,
    tagged(3, true, sequence(...extensions(names, publicKey))),
  );
  const signature = sign('sha256', signedPart, privateKey);
  const certificate = sequence(signedPart, algorithm, bitString(signature));
  return `${privateKey}${pem('CERTIFICATE', certificate)}`;
}

function extensions(names: readonly string[], publicKey: Buffer): Buffer[] {
  const point = createPublicKey({ key: publicKey, format: 'der', type: 'spki' }).export({ format: 'jwk' });
  const keyBytes = Buffer.concat([
    Buffer.of(4),
    Buffer.from(point.x ?? '', 'base64url'),
    Buffer.from(point.y ?? '', 'base64url'),
  ]);
  return [
    extension(OID.basicConstraints, sequence(), true),
    // digitalSignature: the first bit of eight.
    extension(OID.keyUsage, bitString(Buffer.of(0x80), 7), true),
    extension(OID.extendedKeyUsage, sequence(oid(OID.serverAuth)), false),
    extension(OID.subjectAltName, sequence(...names.map(alternativeName)), false),
    // RFC 5280, 4.2.1.2: for what it is worth, the usual way to make one.
    extension(OID.subjectKeyIdentifier, octetString(createHash('sha1').update(keyBytes).digest()), false),
  ];
}

function extension(id: string, content: Buffer, critical: boolean): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(content));
}

/** RFC 5280, 4.2.1.6: [2] is a host name, [7] the bytes of an address. */
function alternativeName(name: string): Buffer {
  return isIP(name) === 0
    ? tagged(2, false, Buffer.from(name, 'latin1'))
    : tagged(7, false, Buffer.from(ipaddr.parse(name).toByteArray()));
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
