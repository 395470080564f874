import t from 'tap';
import { createForwardedWatch } from '../../../core/auth/forwarded-watch.ts';

function watched() {
  const warnings: string[] = [];
  const watch = createForwardedWatch((message) => warnings.push(message));
  const see = (peer: string, times: number) => {
    for (let count = 0; count < times; count += 1) watch.see(peer);
  };
  return { warnings, watch, see };
}

t.test(
  '"keeps arriving from an untrusted peer: say so once in the log, with the CIDR to trust"',
  async (t) => {
    const { warnings, watch, see } = watched();
    see('10.0.0.7', 9);
    t.same(warnings, [], 'a few requests are no proxy');
    t.equal(watch.suspect, null);
    see('10.0.0.7', 1);
    t.equal(warnings.length, 1);
    t.match(warnings[0], 'add 10.0.0.7/32');
    t.match(warnings[0], 'TRUSTED_PROXIES');
    t.equal(watch.suspect, '10.0.0.7/32', 'for the posture');
    see('10.0.0.7', 1000);
    see('10.0.0.8', 1000);
    t.equal(warnings.length, 1, 'once');
  },
);

t.test(
  'the warning leaves it to the owner whether that is a proxy: anybody can send the header',
  async (t) => {
    const { warnings, see } = watched();
    see('203.0.113.5', 10);
    t.match(warnings[0], /If that is a proxy/);
    t.match(warnings[0], /If you do not know that address, do not/);
  },
);

t.test('an IPv6 peer is named with /128', async (t) => {
  const { warnings, see } = watched();
  see('fd00::1', 10);
  t.match(warnings[0], 'fd00::1/128');
});

t.test('many addresses that send it a few times are no proxy, and fill no memory', async (t) => {
  const { warnings, see } = watched();
  for (let host = 0; host < 5000; host += 1) see(`198.51.${host >> 8}.${host & 255}`, 9);
  t.same(warnings, []);
});
