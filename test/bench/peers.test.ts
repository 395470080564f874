import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import t from 'tap';
import { startPeers } from '../../bench/peers/peers.ts';
import { proveGate } from '../../bench/peers/prove.ts';

const SESSION = { by: 'session', issued_at: 1, expires_at: 2 };

// They are installed by the bench, not with Studio.
const skip = existsSync('bench/peers/node_modules')
  ? false
  : 'the peers are not installed: npm ci --prefix bench/peers';

t.test(
  'each peer of the bench takes a good cookie, renews it, and refuses a forged one',
  { skip },
  async (t) => {
    const peers = await startPeers((line) => t.comment(line));
    t.teardown(() => Promise.all(peers.map((peer) => peer.stop())));
    for (const peer of peers) await t.resolves(proveGate(peer), peer.name);
  },
);

t.test('a server that lets everybody in is not taken for a gate', async (t) => {
  const server = createServer((request, response) => {
    const by = request.headers['x-api-key'] === undefined ? SESSION : { by: 'key' };
    response.setHeader('Set-Cookie', 'session=1.aaaa').end(JSON.stringify(by));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const open = { name: 'open', port: address.port, key: 'k', logIn: async () => 'session=1.aaaa' };
  await t.rejects(proveGate(open), /open answers 200, not 401/);
});
