import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { loadAssets } from '../../core/assets.ts';
import { freshFolder } from '../support/fresh-folder.ts';

const MANIFEST = {
  'login.ts': { file: 'assets/login-Ab12_-9z.js', css: ['assets/login-Cd34Ef56.css'] },
  'home.tsx': { file: 'assets/home-Gh78Ij90.js', assets: ['assets/font-Kl12Mn34.woff2'] },
};

const FILES: Readonly<Record<string, string>> = {
  'assets/login-Ab12_-9z.js': 'login()',
  'assets/login-Ab12_-9z.js.br': 'br!',
  'assets/login-Ab12_-9z.js.gz': 'gz!',
  'assets/login-Ab12_-9z.js.map': '{}',
  'assets/login-Cd34Ef56.css': 'a{}',
  'assets/home-Gh78Ij90.js': 'home()',
  'assets/font-Kl12Mn34.woff2': 'font',
  'icon.svg': '<svg/>',
  'icon-maskable.png': 'png',
  'notes.md': 'nobody asked',
  '.hidden.js': 'hidden()',
};

function built(t: Test) {
  const folder = freshFolder(t);
  const all = { ...FILES, '.vite/manifest.json': JSON.stringify(MANIFEST) };
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return loadAssets(folder);
}

t.test('a file comes with its type, its variants, and a validator for each', async (t) => {
  const asset = built(t).get('assets/login-Ab12_-9z.js');
  const { identity, br, gzip } = asset?.variants ?? {};
  t.equal(String(identity?.bytes), 'login()');
  t.equal(String(br?.bytes), 'br!');
  t.equal(String(gzip?.bytes), 'gz!');
  t.match(identity?.headers, { 'Content-Type': 'text/javascript; charset=utf-8', Vary: 'Accept-Encoding' });
  t.equal(identity?.headers['Content-Encoding'], undefined);
  t.equal(br?.headers['Content-Encoding'], 'br');
  t.equal(gzip?.headers['Content-Encoding'], 'gzip');
  const etags = [identity, br, gzip].map((variant) => variant?.headers.ETag);
  t.equal(new Set(etags).size, 3);
  for (const etag of etags) t.match(etag, /^"[\w-]+"$/);
  t.equal(asset?.etag, etags[0]);
});

t.test('only what the build named by its content is cached for good', async (t) => {
  const assets = built(t);
  const caching = (name: string) => assets.get(name)?.variants.identity.headers['Cache-Control'];
  for (const { file } of Object.values(MANIFEST))
    t.equal(caching(file), 'public, max-age=31536000, immutable', file);
  for (const name of ['assets/login-Cd34Ef56.css', 'assets/font-Kl12Mn34.woff2'])
    t.equal(caching(name), 'public, max-age=31536000, immutable', name);
  for (const name of ['icon.svg', 'icon-maskable.png']) t.equal(caching(name), 'public, no-cache', name);
});

t.test('what is not for browsers does not exist', async (t) => {
  const assets = built(t);
  const names = [
    '.vite/manifest.json',
    '.hidden.js',
    'notes.md',
    'assets/login-Ab12_-9z.js.br',
    'assets/login-Ab12_-9z.js.map',
    'assets',
    'assets/',
    '',
    '../core.test.ts',
    '/etc/passwd',
    'ICON.SVG',
    '__proto__',
    'constructor',
  ];
  for (const name of names) t.equal(assets.get(name), undefined, name);
});

t.test("a page's script and styles are found by its source", async (t) => {
  const assets = built(t);
  t.same(assets.page('login.ts'), {
    script: 'assets/login-Ab12_-9z.js',
    styles: ['assets/login-Cd34Ef56.css'],
  });
  t.same(assets.page('home.tsx'), { script: 'assets/home-Gh78Ij90.js', styles: [] });
  t.throws(() => assets.page('nothing.ts'), /web\/nothing\.ts is not among the built pages/);
});

t.test('a folder that was never built says what to do', async (t) => {
  t.throws(() => loadAssets(freshFolder(t)), /run "npm run build"/);
});
