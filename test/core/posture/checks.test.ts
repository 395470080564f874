import t from 'tap';
import type { CheckState, Facts } from '../../../core/posture/facts.ts';
import { CHECKS, judgePosture } from '../../../core/posture/judge.ts';
import type { TlsState } from '../../../core/tls/tls.ts';
import { GOOD, seen } from './good-facts.ts';

const network = (rest: Partial<Facts['network']>) => ({
  tls: null,
  network: { ...GOOD.network, ...rest },
});
const tls = (rest: Partial<TlsState>, endsInDays = 60): Partial<Facts> => ({
  tls: {
    kind: 'files',
    certificate: {
      validFrom: 0,
      expiresAt: GOOD.now + endsInDays * 86_400_000,
      fingerprint: 'AB:CD',
      identity: '',
    },
    refused: null,
    ...rest,
  },
});
const versions = (rest: Partial<Facts['versions']>) => ({ versions: { ...GOOD.versions, ...rest } });
const own = (
  name: 'secret' | 'keyFile' | 'database' | 'tlsKey',
  rest: Partial<NonNullable<Facts['secret']>>,
) => ({
  [name]: { ...GOOD[name], ...rest },
});
const unseen = { seen: seen({}), trustsProxies: false };

// [check, what is the case, facts that differ from a good pod's, state or null where it is left out, what it says]
const ROWS: readonly [string, string, Partial<Facts>, CheckState | null, RegExp?][] = [
  ['key-strength', 'no key yet', { key: null }, null],
  [
    'key-strength',
    'a weak key',
    { key: { source: 'API_KEY', weakness: 'is easy to guess', common: false } },
    'red',
    /API_KEY is easy to guess.*openssl rand/,
  ],
  [
    'key-common',
    'a common one',
    { key: { source: 'API_KEY', weakness: 'x', common: true } },
    'red',
    /list of common/,
  ],
  [
    'secret-file',
    'readable by all',
    own('secret', { mode: 0o644 }),
    'red',
    /mode 644.*chmod 600.*studio rotate/,
  ],
  ['secret-file', 'readable by its group', own('secret', { mode: 0o640 }), 'red'],
  ['secret-file', "another user's", own('secret', { uid: 0 }), 'amber', /belongs to user 0/],
  [
    'secret-file',
    'a year and a day old',
    own('secret', { changedAt: GOOD.now - 366 * 86_400_000 }),
    'amber',
    /366 days/,
  ],
  ['secret-file', 'not there yet', { secret: null }, null],
  ['key-file', 'readable by all', own('keyFile', { mode: 0o604 }), 'red', /write a new key/],
  ['key-file', 'none', { keyFile: null }, null],
  ['database', 'readable by all', own('database', { mode: 0o666 }), 'red', /chmod 600/],
  ['database', 'none yet', { database: null }, null],
  [
    'folder',
    'not writable',
    { folder: { path: '/x', writable: false, freeBytes: 1e12 } },
    'red',
    /STUDIO_DIR/,
  ],
  ['folder', 'nearly full', { folder: { path: '/x', writable: true, freeBytes: 5e7 } }, 'red', /47 MiB/],
  ['folder', 'getting full', { folder: { path: '/x', writable: true, freeBytes: 9e8 } }, 'amber'],
  ['folder', 'of unknown size', { folder: { path: '/x', writable: true, freeBytes: null } }, 'green'],
  [
    'comfyui-port',
    'reachable',
    { exposure: { checked: true, reachable: ['10.0.0.7'] } },
    'red',
    /10\.0\.0\.7 too.*--listen 127\.0\.0\.1/,
  ],
  ['comfyui-port', 'elsewhere', { exposure: { checked: false, reachable: [] } }, 'amber', /firewall/],
  [
    'transport',
    'an untrusted proxy',
    network({ untrustedProxy: '10.0.0.9/32' }),
    'amber',
    /add 10\.0\.0\.9\/32/,
  ],
  ['transport', 'a login over http', network({ ...unseen, seen: seen({ plain: 5 }) }), 'red', /ssh -L/],
  [
    'transport',
    'a login through a tunnel only',
    network({ ...unseen, seen: seen({ localhost: 5 }) }),
    'amber',
  ],
  ['transport', 'loopback', network({ ...unseen, loopbackOnly: true }), 'green'],
  ['transport', 'nothing seen, nothing set', network(unseen), 'amber', /TRUSTED_PROXIES/],
  ['transport', 'not running, a proxy named', network({ seen: null }), 'green'],
  [
    'transport',
    'https of its own',
    { ...network({ ...unseen, seen: seen({ https: 5 }) }), ...tls({}) },
    'green',
    /itself speaks https/,
  ],
  [
    'transport',
    'https of its own, and an untrusted proxy',
    { ...network({ untrustedProxy: '10.0.0.9/32' }), ...tls({}) },
    'amber',
  ],
  ['certificate', 'plain http', { tls: null }, null],
  ['certificate', 'cannot be used', { tls: 'unusable' }, 'red', /STUDIO_TLS_CERT/],
  ['certificate', 'good', tls({}), 'green', /until 2026-07-31; SHA-256 AB:CD/],
  ['certificate', "Studio's own", tls({ kind: 'self-signed' }), 'green', /Studio's own/],
  ['certificate', '14 days to go', tls({}, 14), 'green'],
  ['certificate', '13 days to go', tls({}, 13), 'amber', /in 13 days.*whatever renews it/],
  ['certificate', 'ended', tls({}, 0), 'red', /has ended/],
  ['certificate', 'ended, and the next is refused', tls({ refused: 'no' }, -1), 'red', /has ended/],
  [
    'certificate',
    'the next is refused',
    tls({ refused: 'the key is another' }),
    'amber',
    /the key is another/,
  ],
  [
    'certificate',
    "Studio's own ended",
    tls({ kind: 'self-signed' }, -1),
    'red',
    /STUDIO_DIR must be writable/,
  ],
  ['certificate-key', 'plain http', { tlsKey: null }, null],
  ['certificate-key', 'readable by its group, as Debian has it', own('tlsKey', { mode: 0o640 }), 'green'],
  ['certificate-key', 'readable by all', own('tlsKey', { mode: 0o644 }), 'amber', /644.*chmod 640/],
  ['certificate-key', 'writable by its group', own('tlsKey', { mode: 0o660 }), 'red', /change.*chmod 640/],
  ['secure-cookie', 'not running', network({ seen: null }), null],
  ['secure-cookie', 'nobody came', network(unseen), null],
  ['secure-cookie', 'on localhost', network({ seen: seen({}, { localhost: 1 }) }), 'green'],
  ['secure-cookie', 'dropped', network({ seen: seen({ plain: 1 }) }), 'red', /browsers drop/],
  ['secure-cookie', 'over plain http', network({ seen: seen({ plain: 1 }, { plain: 2 }) }), 'amber'],
  ['manager-level', 'weak', { manager: { level: 'weak', config: null } }, 'red', /install any code/],
  ['manager-level', 'strong', { manager: { level: 'strong', config: null } }, 'green'],
  ['manager-config', 'unknown', { manager: { level: 'normal', config: null } }, null],
  [
    'manager-config',
    'differs',
    { manager: { level: 'normal', config: { path: '/c.ini', agrees: false } } },
    'amber',
    /c\.ini says another level/,
  ],
  ['comfyui-login', 'unknown', { comfyuiLogin: null }, null],
  [
    'comfyui-login',
    'there',
    { comfyuiLogin: { present: true, passwordSet: true } },
    'amber',
    /\.js or \.css/,
  ],
  [
    'comfyui-login',
    'open',
    { comfyuiLogin: { present: true, passwordSet: false } },
    'red',
    /first who comes/,
  ],
  ['tokens', 'one set', {}, 'green', /CIVITAI_API_KEY$/],
  ['tokens', 'none', { tokens: {} }, 'green', /No token/],
  ['node-version', 'past its end', versions({ node: '20.20.0' }), 'amber', /2026-04-30/],
  ['node-version', 'newer than this list', versions({ node: '30.0.0' }), 'green'],
  ['comfyui-version', 'unknown', versions({ comfyui: null }), null],
  ['comfyui-version', 'before the protection', versions({ comfyui: '0.3.64' }), 'amber', /0\.3\.76/],
  ['comfyui-version', 'with it', versions({ comfyui: 'v0.3.76' }), 'green'],
  ['manager-version', 'unknown', versions({ manager: null }), null],
  ['manager-version', '3.37', versions({ manager: '3.37.1' }), 'amber', /CVE-2025-67303/],
  ['manager-version', '3.39.1', versions({ manager: '3.39.1' }), 'amber', /CVE-2026-22777/],
  ['manager-version', '3.39.3', versions({ manager: '3.39.3' }), 'amber', /CSRF/],
  ['manager-version', '3.40', versions({ manager: '3.40' }), 'green'],
  ['manager-version', '4.0.4', versions({ manager: '4.0.4' }), 'amber', /CRLF/],
  ['manager-version', '4.2.0', versions({ manager: '4.2.0' }), 'amber', /CSRF/],
  ['manager-version', '4.2.2', versions({ manager: '4.2.2' }), 'amber', /HTML/],
];

for (const [id, what, differs, state, says] of ROWS)
  t.test(`${id}: ${what}`, async (t) => {
    const finding = CHECKS[id]?.({ ...GOOD, ...differs });
    t.equal(finding?.state ?? null, state);
    if (finding == null) return;
    t.ok(finding.state === 'green' || finding.todo !== '', 'who is told of trouble is told what to do');
    if (says !== undefined) t.match(`${finding.found} ${finding.todo}`.trim(), says);
  });

t.test('a good pod is green in every check', async (t) => {
  const { checks, worst } = judgePosture(GOOD);
  t.same(
    checks.filter(({ state }) => state !== 'green'),
    [],
  );
  t.same(
    checks.map(({ id }) => id),
    Object.keys(CHECKS),
    'and every check has something to say',
  );
  t.equal(worst, 'green');
});

t.test('the worst check is the posture', async (t) => {
  const amber = { exposure: { checked: false, reachable: [] } };
  t.equal(judgePosture({ ...GOOD, ...amber }).worst, 'amber');
  t.equal(judgePosture({ ...GOOD, ...amber, manager: { level: 'weak', config: null } }).worst, 'red');
});

t.test('root may own what it likes', async (t) => {
  const finding = CHECKS['secret-file']?.({ ...GOOD, uid: 0 });
  t.equal(finding?.state, 'green');
});
