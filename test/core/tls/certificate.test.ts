import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { judgePair, readPair } from '../../../core/tls/certificate.ts';
import { makePair, writePair } from '../../support/certificates.ts';
import { freshFolder } from '../../support/fresh-folder.ts';

const PAIR = makePair();
const OTHER = makePair();
const NAMES = { certificate: '/tls/fullchain.pem', key: '/tls/privkey.pem' };
const ENCRYPTED = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
}).privateKey;

// [what is wrong, certificate, key, what is said]
const REFUSED: readonly [string, string, string, RegExp][] = [
  [
    "another pair's key",
    PAIR.certificate,
    OTHER.key,
    /privkey\.pem is not that of the first certificate in .*fullchain/,
  ],
  [
    'the chain in the wrong order',
    OTHER.certificate + PAIR.certificate,
    PAIR.key,
    /the server's own comes first/,
  ],
  ['an empty certificate', '', PAIR.key, /no certificate in PEM .* in \/tls\/fullchain\.pem/],
  ['a certificate cut off', PAIR.certificate.slice(0, 300), PAIR.key, /no certificate in PEM/],
  ['the two files swapped', PAIR.key, PAIR.certificate, /no certificate in PEM/],
  ['an empty key', PAIR.certificate, '', /no private key in PEM .* in \/tls\/privkey\.pem/],
  ['a key cut off', PAIR.certificate, PAIR.key.slice(0, 100), /no private key in PEM/],
  ['an encrypted key', PAIR.certificate, ENCRYPTED, /is encrypted/],
];

function refusal(certificate: string, key: string): unknown {
  try {
    return judgePair(certificate, key, NAMES);
  } catch (error) {
    return error;
  }
}

t.test('a pair that will not do is refused in words, and nothing of the key is in them', async (t) => {
  for (const [what, certificate, key, words] of REFUSED) {
    const error = refusal(certificate, key);
    t.match(error, { name: 'PairError', message: words }, what);
    t.notOk(key !== '' && String(error).includes(key.slice(40, 60)), `${what}: the key is not shown`);
  }
});

t.test('a good one tells when it ends and what browsers show of it; a chain may follow', async (t) => {
  const pair = judgePair(PAIR.certificate, PAIR.key, NAMES);
  t.equal(pair.fingerprint, PAIR.fingerprint);
  t.ok(pair.validFrom < Date.now() && Date.now() < pair.expiresAt);
  const chained = judgePair(PAIR.certificate + OTHER.certificate, PAIR.key, NAMES);
  t.equal(chained.fingerprint, PAIR.fingerprint);
  t.not(chained.identity, pair.identity, 'with another chain it is another pair');
});

t.test('from files: both are named when they cannot be read', async (t) => {
  const folder = freshFolder(t);
  const { certificate, key } = writePair(folder, PAIR);
  t.equal(readPair({ certificate, key }).fingerprint, PAIR.fingerprint);
  const missing = join(folder, 'missing.pem');
  t.throws(() => readPair({ certificate: missing, key }), /missing\.pem cannot be read \(ENOENT/);
  t.throws(() => readPair({ certificate, key: folder }), /cannot be read \(EISDIR/);
  writeFileSync(missing, Buffer.alloc(2 * 1024 * 1024));
  t.throws(() => readPair({ certificate, key: missing }), /too large/);
});
