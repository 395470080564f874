import fc from 'fast-check';
import t from 'tap';
import {
  type AddressRange,
  clientAddress,
  isTrustedPeer,
  parseRange,
  throttleKey,
} from '../../../core/auth/client-address.ts';
import { holds } from '../../support/property.ts';

function ranges(...texts: string[]): AddressRange[] {
  return texts.map(parseRange).filter((range) => range !== null);
}

const TRUSTED = ranges('10.0.0.0/8', '192.0.2.7', 'fd00::/8');

// [what, peer, X-Forwarded-For, client]
const CLIENTS: readonly [string, string, string, string][] = [
  ['no header: the peer', '203.0.113.5', '', '203.0.113.5'],
  [
    '"the socket\'s peer": not trusted, so the header says nothing',
    '203.0.113.5',
    '198.51.100.1',
    '203.0.113.5',
  ],
  ['a trusted peer without the header', '10.0.0.1', '', '10.0.0.1'],
  ['a trusted peer says who', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['<made up>, <real>', '10.0.0.1', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
  ['<made up>, <real>, <trusted proxy>', '10.0.0.1', '1.1.1.1, 198.51.100.1, 10.9.9.9', '198.51.100.1'],
  ['a made-up trusted address on the left', '10.0.0.1', '10.1.1.1, 198.51.100.1', '198.51.100.1'],
  ['all are trusted: the leftmost', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ['one address is trusted, not its neighbour', '192.0.2.8', '1.1.1.1', '192.0.2.8'],
  ['that one address', '192.0.2.7', '1.1.1.1', '1.1.1.1'],
  ['an IPv6 proxy', 'fd00::1', '2001:db8::1', '2001:db8::1'],
  ['IPv6 the long way round', 'fd00::1', '2001:0DB8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
  [
    'the peer as uWebSockets.js writes IPv4 on IPv6',
    '0000:0000:0000:0000:0000:ffff:0a00:0001',
    '1.1.1.1',
    '1.1.1.1',
  ],
  ['an IPv4-mapped peer that is not trusted', '::ffff:203.0.113.5', '1.1.1.1', '203.0.113.5'],
  ['an IPv4-mapped client', '10.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
  ['with a port', '10.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
  ['IPv6 with a port', '10.0.0.1', '[2001:db8::1]:4711', '2001:db8::1'],
  ['IPv6 in brackets', '10.0.0.1', '[2001:db8::1]', '2001:db8::1'],
  ['no spaces', '10.0.0.1', '1.1.1.1,198.51.100.1', '198.51.100.1'],
  ['not an address: the last one that was', '10.0.0.1', '198.51.100.1, unknown', '10.0.0.1'],
  ['not an address, behind a second proxy', '10.0.0.1', '198.51.100.1, _hidden, 10.0.0.2', '10.0.0.2'],
  ['an empty hop', '10.0.0.1', '198.51.100.1, ', '10.0.0.1'],
  ['octal is not 8.0.0.1', '10.0.0.1', '010.0.0.1', '10.0.0.1'],
  ['hexadecimal is not 127.0.0.1', '10.0.0.1', '0x7f.0.0.1', '10.0.0.1'],
  ['a number is not an address', '10.0.0.1', '2130706433', '10.0.0.1'],
  ['a peer that has no address, such as a Unix socket', '', '198.51.100.1', ''],
];

t.test(
  'the client is the peer, or "the rightmost address of X-Forwarded-For that is not itself trusted"',
  async (t) => {
    for (const [what, peer, forwardedFor, client] of CLIENTS)
      t.equal(clientAddress(peer, forwardedFor, TRUSTED), client, what);
  },
);

t.test('the client address from whatever an untrusted peer sends is the peer', async (t) => {
  const hop = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.string(),
    fc.constantFrom('10.0.0.1', '127.0.0.1', 'unknown', '::1'),
  );
  const header = fc.array(hop, { maxLength: 6 }).map((hops) => hops.join(', '));
  const peer = fc.ipV4().filter((address) => !isTrustedPeer(address, TRUSTED));
  holds(
    t,
    'IPv4 peers',
    fc.property(peer, header, (address, text) => clientAddress(address, text, TRUSTED) === address),
    1000,
  );
  const peer6 = fc.ipV6().filter((address) => !isTrustedPeer(address, TRUSTED));
  holds(
    t,
    'IPv6 peers',
    fc.property(
      peer6,
      header,
      (address, text) => clientAddress(address, text, TRUSTED) === clientAddress(address, '', []),
    ),
    1000,
  );
  holds(
    t,
    'a trusted proxy that appends is believed, whatever the client wrote before',
    fc.property(
      peer,
      header,
      (address, text) => clientAddress('10.0.0.1', `${text}, ${address}`, TRUSTED) === address,
    ),
    1000,
  );
});

// [text, an address within, an address outside]; null: it is refused.
const RANGES: readonly [string, string | null, string][] = [
  ['10.0.0.0/8', '10.255.255.255', '11.0.0.0'],
  ['10.0.0.7', '10.0.0.7', '10.0.0.8'],
  ['10.0.0.7/32', '10.0.0.7', '10.0.0.8'],
  ['10.1.2.3/8', '10.9.9.9', '11.0.0.0'],
  ['0.0.0.0/0', '203.0.113.5', '::1'],
  ['::1', '::1', '127.0.0.1'],
  ['fd00::/8', 'fdff::1', 'fe00::1'],
  ['::/0', '2001:db8::1', '10.0.0.1'],
  ['::ffff:10.0.0.0/104', '10.9.9.9', '11.0.0.0'],
  ['::ffff:10.0.0.7', '10.0.0.7', '10.0.0.8'],
  ['10.0.0.0/33', null, ''],
  ['10.0.0.0/-1', null, ''],
  ['10.0.0.0/', null, ''],
  ['10.0.0.0/8/8', null, ''],
  ['10.0.0.0/0x8', null, ''],
  ['10/8', null, ''],
  ['10.0.0/8', null, ''],
  ['010.0.0.0/8', null, ''],
  ['0x0a.0.0.0/8', null, ''],
  ['::/129', null, ''],
  ['::ffff:10.0.0.0/95', null, ''],
  ['256.0.0.1', null, ''],
  ['localhost', null, ''],
  ['*', null, ''],
  ['', null, ''],
];

t.test('a range is one address or a CIDR block in the usual spelling', async (t) => {
  for (const [text, inside, outside] of RANGES) {
    const range = parseRange(text);
    if (inside === null) t.equal(range, null, `${text} is refused`);
    else {
      t.ok(isTrustedPeer(inside, ranges(text)), `${inside} is in ${text}`);
      t.notOk(isTrustedPeer(outside, ranges(text)), `${outside} is not in ${text}`);
    }
  }
});

t.test('"IPv6 by /64": what failures are counted under', async (t) => {
  const keys: readonly [string, string][] = [
    ['203.0.113.5', '203.0.113.5'],
    ['::ffff:203.0.113.5', '203.0.113.5'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['not an address', 'not an address'],
  ];
  for (const [client, key] of keys) t.equal(throttleKey(client), key, client);
});
