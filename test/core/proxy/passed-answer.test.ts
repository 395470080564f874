import t from 'tap';
import { mountedLocation, passedAnswerLines, privateCaching } from '../../../core/proxy/passed-answer.ts';

const MOUNT = { at: '/comfyui', upstream: 'http://127.0.0.1:8188' };
const OWN = ['Cross-Origin-Resource-Policy: same-origin', 'Cache-Control: no-store'];

function lines(headers: readonly (readonly [string, string])[], path = '/x'): string[] {
  const fields = headers.map(([name, value]) => ({ name, key: name.toLowerCase(), value }));
  return passedAnswerLines(fields, path, MOUNT).split('\r\n');
}

t.test('header lines go on as they are, several of one name too', async (t) => {
  const headers = [
    ['Content-Type', 'text/html'],
    ['Set-Cookie', 'a=b; Path=/'],
    ['Set-Cookie', 'c=d'],
    ['X-Odd', '\xe4'],
    ['Server', 'aiohttp'],
  ] as const;
  t.same(lines(headers), [...headers.map(([name, value]) => `${name}: ${value}`), ...OWN]);
});

t.test("what is the connection's, or would decide for the whole of Studio, is left out", async (t) => {
  const names = [
    'Connection Keep-Alive Transfer-Encoding Content-Length Trailer Upgrade Proxy-Authenticate Date',
    'Service-Worker-Allowed Clear-Site-Data Strict-Transport-Security Alt-Svc',
    'NEL Report-To Set-Login Secure-Session-Registration Sec-Session-Registration Use-As-Dictionary',
    'Access-Control-Allow-Origin Access-Control-Allow-Credentials',
  ];
  for (const name of names.join(' ').split(' ')) t.same(lines([[name, 'x']]), OWN, name);
  t.same(
    lines([
      ['Connection', 'X-A, close'],
      ['X-A', 'b'],
      ['X-B', 'c'],
    ]),
    ['X-B: c', ...OWN],
  );
});

t.test('a session cookie of its own, and one without a name, is dropped', async (t) => {
  for (const value of [
    'session=x',
    'session=x; Path=/',
    ' session =x',
    'session',
    'session; Path=/',
    '=session=x',
    ' =x; Path=/api',
    '=',
  ])
    t.same(lines([['Set-Cookie', value]]), OWN, value);
  for (const value of ['sessions=x', 'Session=x', 'a=session'])
    t.same(lines([['Set-Cookie', value]]), [`Set-Cookie: ${value}`, ...OWN], value);
});

t.test('files that are no picture, film or sound are sandboxed, wherever they are given out', async (t) => {
  const sandbox = (path: string, ...types: string[]) =>
    lines(
      types.map((type) => ['Content-Type', type] as const),
      path,
    ).includes('Content-Security-Policy: sandbox');
  const paths = [
    '/view',
    '/api/view',
    '/userdata/x.html',
    '/api/userdata/workflows%2Fx.json',
    '/v2/userdata',
    '/vhs/viewvideo',
    '/viewvideo',
    '/api/assets/1/content',
  ];
  for (const path of paths) {
    t.ok(sandbox(path, 'text/html'), `${path} html`);
    t.ok(sandbox(path, 'image/svg+xml'), `${path} svg`);
    t.ok(sandbox(path), `${path} without a type`);
    t.ok(sandbox(path, 'image/png', 'text/html'), `${path} with two types`);
    t.notOk(sandbox(path, 'image/png'), `${path} png`);
    t.ok(lines([['Content-Type', 'image/png']], path).includes('X-Content-Type-Options: nosniff'));
  }
  for (const path of ['/', '/index.html', '/assets/index-1.js', '/preview', '/extensions/a/review.js'])
    t.notOk(sandbox(path, 'text/html'), `${path} is ComfyUI's own`);
});

t.test('nobody but the one browser keeps an answer', async (t) => {
  const rows: readonly [string, boolean, string][] = [
    ['', false, 'no-store'],
    ['', true, 'private, no-cache'],
    ['no-cache', true, 'private, no-cache'],
    ['public, max-age=3600', false, 'private, max-age=3600'],
    ['Public, s-maxage=60, immutable, max-age=1', true, 'private, immutable, max-age=1'],
    ['private', false, 'no-store'],
    ['private', true, 'private, no-cache'],
    ['max-age=1, NO-STORE', true, 'no-store'],
  ];
  for (const [given, hasValidator, expected] of rows)
    t.equal(privateCaching(given, hasValidator), expected, given);
  t.match(
    lines([
      ['ETag', '"a"'],
      ['Cache-Control', 'no-cache'],
    ]),
    ['ETag: "a"', OWN[0], 'Cache-Control: private, no-cache'],
  );
});

t.test('a redirect of ComfyUI to itself stays below where the client has it', async (t) => {
  const rows: readonly [string, string][] = [
    ['/a?b#c', '/comfyui/a?b#c'],
    ['http://127.0.0.1:8188/a', '/comfyui/a'],
    ['http://127.0.0.1:8188', '/comfyui/'],
    ['a/b', 'a/b'],
    ['//elsewhere.example/a', '//elsewhere.example/a'],
    ['https://elsewhere.example/a', 'https://elsewhere.example/a'],
    ['http://127.0.0.1:81880/a', 'http://127.0.0.1:81880/a'],
  ];
  for (const [location, expected] of rows) t.equal(mountedLocation(location, MOUNT), expected, location);
  const below = { at: '', upstream: 'https://pod.example/base' };
  t.equal(mountedLocation('/base/a', below), '/a');
  t.equal(mountedLocation('https://pod.example/base/a', below), '/a');
});
