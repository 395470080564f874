import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { judgePair } from '../../../core/tls/certificate.ts';
import { bitString, integer, oid, sequence, time } from '../../../core/tls/der.ts';
import { makeSelfSigned } from '../../../core/tls/self-signed.ts';
import { freshFolder } from '../../support/fresh-folder.ts';

const NAMES = ['localhost', 'pod.lan', '127.0.0.1', '192.168.1.5', '::1', 'fd00::17'];

// [value, as ITU-T X.690 and RFC 5280 have it]
const DER: readonly [string, Buffer, string][] = [
  ['zero', integer(Buffer.of(0)), '020100'],
  ['a first bit that would be a sign', integer(Buffer.of(0x80)), '02020080'],
  ['zeros in front', integer(Buffer.of(0, 0, 0x7f)), '02017f'],
  ['an identifier with long parts', oid('1.2.840.113549'), '06062a864886f70d'],
  [
    'the last moment of two digits',
    time(Date.UTC(2049, 11, 31, 23, 59, 59)),
    '170d3439313233313233353935395a',
  ],
  ['the first of four', time(Date.UTC(2050, 0, 1)), '180f32303530303130313030303030305a'],
  ['bits', bitString(Buffer.of(0x80), 7), '03020780'],
  ['127 bytes', sequence(Buffer.alloc(127)).subarray(0, 2), '307f'],
  ['128 bytes', sequence(Buffer.alloc(128)).subarray(0, 3), '308180'],
  ['256 bytes', sequence(Buffer.alloc(256)).subarray(0, 4), '30820100'],
];

t.test('DER, byte for byte', async (t) => {
  for (const [what, bytes, hex] of DER) t.equal(bytes.toString('hex'), hex, what);
});

t.test("Node's own reader takes it, for these names and no others, as long as was said", async (t) => {
  const now = Date.UTC(2027, 0, 10, 12);
  const pem = makeSelfSigned(NAMES, now, 397);
  const certificate = new X509Certificate(pem);
  t.ok(certificate.verify(certificate.publicKey), 'it signs itself');
  t.notOk(certificate.ca, 'and vouches for nobody else');
  for (const name of ['localhost', 'pod.lan']) t.ok(certificate.checkHost(name), name);
  for (const address of ['127.0.0.1', '192.168.1.5', '::1', 'fd00::17'])
    t.ok(certificate.checkIP(address), address);
  t.notOk(certificate.checkHost('other.lan'));
  t.notOk(certificate.checkIP('192.168.1.6'));
  t.equal(Date.parse(certificate.validTo), now + 397 * 24 * 3_600_000);
  t.ok(Date.parse(certificate.validFrom) < now);
  const pair = { certificate: 'one', key: 'one' };
  t.equal(judgePair(pem, pem, pair).fingerprint, certificate.fingerprint256);
});

t.test('no two are alike', async (t) => {
  const [one, two] = [1, 2].map(() => new X509Certificate(makeSelfSigned(NAMES, Date.now(), 1)));
  t.not(one?.serialNumber, two?.serialNumber);
  t.notOk(two && one?.verify(two.publicKey), 'each has a key of its own');
});

const { status: hasOpenssl } = spawnSync('openssl', ['version']);

t.test(
  'OpenSSL takes it, at its strictest',
  { skip: hasOpenssl === 0 ? false : 'no openssl here' },
  async (t) => {
    const file = join(freshFolder(t), 'pair.pem');
    // Its serial number and its signature begin with any bit: so more than one.
    for (let count = 0; count < 20; count += 1) {
      writeFileSync(file, makeSelfSigned(NAMES, Date.now(), 397));
      const verify = ['verify', '-x509_strict', '-check_ss_sig', '-purpose', 'sslserver', '-CAfile', file];
      const { stdout, stderr } = spawnSync('openssl', [...verify, '-verify_hostname', 'pod.lan', file], {
        encoding: 'utf8',
      });
      t.match(stdout, /: OK/, stderr);
    }
    const text = spawnSync('openssl', ['x509', '-in', file, '-noout', '-text'], { encoding: 'utf8' }).stdout;
    t.match(text, /CA:FALSE[\s\S]*Digital Signature[\s\S]*TLS Web Server Authentication/);
  },
);
