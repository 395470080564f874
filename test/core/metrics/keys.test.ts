import t from 'tap';
import { createThrottle } from '../../../core/auth/throttle.ts';
import { createKeyCounts } from '../../../core/metrics/keys.ts';

t.test('wrong keys, the block that they lead to, and what is refused during it are counted', async (t) => {
  const keys = createKeyCounts();
  const throttle = keys.counted(createThrottle({ failures: 2, firstBlock: 60 }));
  t.equal(throttle.retryAfter('192.0.2.1', 1000), 0);
  t.equal(throttle.fail('192.0.2.1', 1000), 0);
  t.equal(throttle.fail('192.0.2.1', 1001), 60);
  t.ok(throttle.isBlocking(1002));
  t.equal(throttle.retryAfter('192.0.2.1', 1002), 59);
  t.equal(throttle.retryAfter('192.0.2.2', 1002), 0);
  t.same(Object.fromEntries(keys.entries()), { wrong: 2, throttled: 1, blocked: 1 });
});
