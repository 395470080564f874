import { existsSync } from 'node:fs';
import t from 'tap';
import { startPeers } from '../../bench/peers/peers.ts';
import { proveGate } from '../../bench/peers/prove.ts';

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
  const { createServer } = await import('node:http');
  const server = createServer((_, response) => {
    response.setHeader('Set-Cookie', 'session=1.aaaa').end('{"by":"session","issued_at":1,"expires_at":2}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const address = server.address();
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  const open = { name: 'open', port, key: 'k', logIn: () => Promise.resolve('session=1.aaaa') };
  await t.rejects(proveGate(open));
});
