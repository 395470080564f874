import { once } from 'node:events';
import { createServer } from 'node:net';
import t from 'tap';
import { claimPort } from '../../../core/server/port-claim.ts';
import uws from '../../../core/server/uws.ts';
import { freePort } from '../../support/free-port.ts';

t.test('of several who claim a port at the same moment one gets it, until it lets go', async (t) => {
  const port = await freePort();
  const claims = await Promise.allSettled(Array.from({ length: 5 }, () => claimPort('127.0.0.1', port)));
  const won = claims.flatMap((claim) => (claim.status === 'fulfilled' ? [claim.value] : []));
  t.equal(won.length, 1);
  await t.rejects(claimPort('127.0.0.1', port), /the port is taken/);
  won[0]?.release();
  (await claimPort('127.0.0.1', port)).release();
});

t.test('a port that somebody serves on is taken, also where they would share it', async (t) => {
  const plain = createServer();
  const plainPort = await freePort();
  await once(plain.listen(plainPort, '127.0.0.1'), 'listening');
  t.teardown(() => plain.close());
  await t.rejects(claimPort('127.0.0.1', plainPort), /the port is taken/);

  const sharing = uws.App();
  t.teardown(() => sharing.close());
  const sharedPort = await freePort();
  t.ok(await new Promise((resolve) => sharing.listen('127.0.0.1', sharedPort, 0, resolve)));
  await t.rejects(claimPort('127.0.0.1', sharedPort), /the port is taken/);
  await t.rejects(claimPort('0.0.0.0', sharedPort), /the port is taken/);
});

t.test('an address that is not this machine’s cannot be claimed', async (t) => {
  await t.rejects(claimPort('192.0.2.1', await freePort()), /not this machine's/);
});
