import t from 'tap';
import { crossSiteReason } from '../../../core/auth/origin.ts';
import { makeRequest } from '../../support/handler.ts';

// [what, Origin, our own origin, allowed?]
const ORIGINS: readonly [string, string, string, boolean][] = [
  ['"or none at all"', '', 'http://studio.example:8000', true],
  ['"equal to its own"', 'http://studio.example:8000', 'http://studio.example:8000', true],
  ['over https, told by a trusted proxy', 'https://studio.example', 'https://studio.example', true],
  ['an unknown proxy took TLS off', 'https://studio.example', 'http://studio.example', true],
  ['but not the other way round', 'http://studio.example', 'https://studio.example', false],
  ['foreign', 'https://evil.example', 'http://studio.example:8000', false],
  ['null, of a sandboxed frame or a file', 'null', 'http://studio.example:8000', false],
  ['equal but for the port', 'http://studio.example:8001', 'http://studio.example:8000', false],
  ['no port', 'http://studio.example', 'http://studio.example:8000', false],
  ['a port that we have not', 'https://studio.example:8443', 'https://studio.example', false],
  ['a suffix look-alike', 'http://studio.example.evil.example', 'http://studio.example', false],
  ['a prefix look-alike', 'http://evil-studio.example', 'http://studio.example', false],
  ['a subdomain', 'https://a.studio.example', 'https://studio.example', false],
  ['the parent domain', 'https://example', 'https://studio.example', false],
  ['a user part that looks like us', 'https://studio.example@evil.example', 'https://studio.example', false],
  ['with a path', 'https://studio.example/', 'https://studio.example', false],
  ['another scheme', 'ftp://studio.example', 'http://studio.example', false],
  ['an extension', 'chrome-extension://abcdef', 'http://studio.example', false],
  ['two origins', 'https://studio.example https://evil.example', 'https://studio.example', false],
  ["Host carries its scheme's own port: 443", 'https://studio.example', 'https://studio.example:443', true],
  ["Host carries its scheme's own port: 80", 'http://studio.example', 'http://studio.example:80', true],
  ['443, and an unknown proxy took TLS off', 'https://studio.example', 'http://studio.example:443', true],
  ['80 is not the port of https', 'https://studio.example', 'https://studio.example:80', false],
  ['443 is not the port of http', 'http://studio.example', 'http://studio.example:443', false],
  ['a port that only ends in 80', 'http://studio.example', 'http://studio.example:8080', false],
  ['an IPv6 host', 'http://[::1]:8000', 'http://[::1]:8000', true],
  ['an IPv6 host that ends in 80', 'http://[fe80:', 'http://[fe80::80]', false],
  ['no host at all', 'http://', 'http://studio.example', false],
];

t.test('"an Origin equal to its own (scheme and host) or none at all"', async (t) => {
  for (const [what, origin, own, allowed] of ORIGINS) {
    const reason = crossSiteReason(makeRequest({ origin: own, headers: { origin } }));
    t.equal(reason === null, allowed, what);
  }
});

t.test('"Sec-Fetch-Site, where sent, of same-origin or none"', async (t) => {
  const sites: readonly [string, boolean][] = [
    ['', true],
    ['same-origin', true],
    ['none', true],
    ['same-site', false],
    ['cross-site', false],
    ['Same-Origin', false],
    ['something-new', false],
  ];
  for (const [site, allowed] of sites) {
    const reason = crossSiteReason(makeRequest({ headers: { 'sec-fetch-site': site } }));
    t.equal(reason === null, allowed, site);
  }
});

t.test('neither makes up for the other', async (t) => {
  const own = 'http://studio.example:8000';
  t.ok(crossSiteReason(makeRequest({ headers: { 'sec-fetch-site': 'cross-site', origin: own } })));
  t.ok(
    crossSiteReason(
      makeRequest({ headers: { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' } }),
    ),
  );
});

t.test('the reason says what to do behind a proxy that changes Host', async (t) => {
  t.match(crossSiteReason(makeRequest({ headers: { origin: 'https://evil.example' } })), 'TRUSTED_PROXIES');
});
