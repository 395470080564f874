import t from 'tap';
import type { Asset } from '../../../core/assets.ts';
import { HttpError } from '../../../core/http/http-error.ts';
import { staticFile } from '../../../handlers/pages/static.ts';
import { makeContext, makeRequest } from '../../support/handler.ts';

const variant = (encoding: string, etag: string) => ({
  bytes: Buffer.from(encoding),
  headers: Object.freeze({
    'Content-Type': 'text/css',
    ETag: etag,
    Vary: 'Accept-Encoding',
    'Cache-Control': 'public',
  }),
});

const FULL: Asset = {
  etag: '"v"',
  variants: {
    identity: variant('identity', '"v"'),
    br: variant('br', '"v-br"'),
    gzip: variant('gzip', '"v-gzip"'),
  },
};
const PLAIN: Asset = { etag: '"p"', variants: { identity: variant('identity', '"p"') } };
const FILES: ReadonlyMap<string, Asset> = new Map([
  ['assets/a.css', FULL],
  ['icon.svg', PLAIN],
]);

async function get(path: string, headers: Readonly<Record<string, string>> = {}) {
  const assets = { get: (name: string) => FILES.get(name), page: () => ({ script: '', styles: [] }) };
  return staticFile(await makeContext({ assets }), makeRequest({ path: `/static/${path}`, headers }));
}

t.test('the best encoding that the client takes, which a weight of 0 says it does not', async (t) => {
  const rows: readonly [string, string][] = [
    ['', 'identity'],
    ['br', 'br'],
    ['gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['deflate', 'identity'],
    ['GZIP', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0.000, gzip;q=0', 'identity'],
    ['br ; Q=0', 'identity'],
    ['br; q=0.001', 'br'],
    ['br;q=1.0, gzip;q=0.5', 'br'],
    ['identity', 'identity'],
    ['brotli, xbr, br2', 'identity'],
    [',,;q=0,', 'identity'],
  ];
  for (const [accepted, encoding] of rows) {
    const reply = await get('assets/a.css', { 'accept-encoding': accepted });
    t.equal(reply.status, 200);
    t.equal(String(reply.body), encoding, accepted);
    t.equal(reply.headers.Vary, 'Accept-Encoding');
  }
  t.equal(
    String((await get('icon.svg', { 'accept-encoding': 'br, gzip' })).body),
    'identity',
    'none was built',
  );
});

t.test('304 when the client has these very bytes', async (t) => {
  const rows: readonly [string, string, number][] = [
    ['"v"', '', 304],
    ['W/"v"', '', 304],
    ['"old", "v"', '', 304],
    ['"old","v","older"', '', 304],
    ['*', '', 304],
    ['', '', 200],
    ['"old"', '', 200],
    ['v', '', 200],
    ['"v', '', 200],
    ['"V"', '', 200],
    ['"v-br"', '', 200],
    ['"v-br"', 'br', 304],
    ['"v"', 'br', 200],
    ['"v-gzip"', 'gzip', 304],
  ];
  for (const [ifNoneMatch, accepted, status] of rows) {
    const headers = { 'if-none-match': ifNoneMatch, 'accept-encoding': accepted };
    const reply = await get('assets/a.css', headers);
    t.equal(reply.status, status, `${ifNoneMatch} with ${accepted}`);
    t.equal(reply.body.length === 0, status === 304);
    t.ok(reply.headers.ETag, 'the validator comes along (RFC 9110, 15.4.5)');
    t.ok(reply.headers['Cache-Control']);
  }
});

t.test('what was not built does not exist', async (t) => {
  for (const path of [
    '',
    'a.css',
    'assets/',
    'assets/a.css/',
    'assets/A.css',
    'assets%2fa.css',
    '../core/main.ts',
    '.vite/manifest.json',
  ])
    await t.rejects(get(path), new HttpError(404, 'Not found'), path);
});

t.test('replies of one file share their headers object, so that its lines are built once', async (t) => {
  t.equal((await get('icon.svg')).headers, (await get('icon.svg')).headers);
});
