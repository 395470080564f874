import fc from 'fast-check';
import t from 'tap';
import { canonicalPath, isCleanQuery } from '../../../core/server/canonical-path.ts';
import { routes } from '../../../handlers/routes.ts';
import { holds } from '../../support/property.ts';

const ACCEPTED = [
  '/',
  '/login',
  '/api/health',
  '/api/health/',
  '/static/assets/home-Bx3f.js',
  '/api/run/status/a%20b',
  '/api/run/status/%C3%A9',
  '/x/.hidden',
  '/x/a..b',
  '/x/100%25',
  "/x/~!$&'()*+,=:@-._",
];

const REFUSED = [
  '',
  'login',
  '*',
  'http://evil.example/',
  '/a b',
  '/a\tb',
  '/a\0b',
  '/a\x7fb',
  '/é',
  '/a#b',
  '/a\\b',
  '//api/health',
  '/api//health',
  '/static//x',
  '/x//',
  '/.',
  '/..',
  '/./x',
  '/static/../api/admin/queue',
  '/static/..',
  '/static../x',
  '/static/%2e%2e/api',
  '/static/.%2E/api',
  '/static/%2e/api',
  '/static/%252e%252e/api',
  '/static/%25252e%25252e/api',
  '/x/%2525252525',
  '/static%2f..%2fapi/x',
  '/api%2fhealth',
  '/api%2Fhealth',
  '/api%252fhealth',
  '/static/a%5cb',
  '/static/a%5Cb',
  '/static/a%255cb',
  '/static/a%00.css',
  '/static/a%2500.css',
  '/api/health;x',
  '/login;a=1',
  '/static;/../api',
  '/x/%',
  '/x/%2',
  '/x/%zz',
  '/x/%ff',
  '/x/%c0%ae',
  '/x/%ed%a0%80',
];

t.test('a path that can be read in one way only is accepted as it is', async (t) => {
  for (const path of ACCEPTED) t.equal(canonicalPath(path), path);
});

t.test(
  '"bytes outside 0x21-0x7e, # or \\, //, a . or .. segment (also percent-encoded, also doubly)": refused',
  async (t) => {
    for (const path of REFUSED) t.equal(canonicalPath(path), null, encodeURI(path));
  },
);

t.test('"one exception: %2F on authenticated /comfyui/ paths"', async (t) => {
  const rules = { encodedSlash: true, semicolon: true };
  for (const path of ['/comfyui/userdata/workflows%2Fa.json', '/comfyui/userdata/a%2fb%2Fc', '/comfyui/x;y'])
    t.equal(canonicalPath(path, rules), path);
  for (const path of [
    '/comfyui/a%252fb',
    '/comfyui/%2e%2e%2fx',
    '/comfyui/a%2f..%2fb',
    '/comfyui/a%5cb',
    '/comfyui/a%00',
  ])
    t.equal(canonicalPath(path, rules), null, path);
});

const piece = fc.oneof(
  fc.constantFrom(
    '/',
    '//',
    '.',
    '..',
    '%2e',
    '%2E',
    '%2f',
    '%5c',
    '%00',
    '%25',
    '%252e',
    '%',
    ';',
    '#',
    '\\',
    '%c3%a9',
    '%6c',
    '%41',
    ' ',
  ),
  fc.stringMatching(/^[a-z]{1,4}$/),
);
const somePath = fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`);

t.test(
  'it never rewrites: the answer is null or the path itself, and the same when asked again',
  async (t) => {
    holds(
      t,
      'null or itself',
      fc.property(fc.oneof(somePath, fc.string({ unit: 'binary' })), (path) => {
        const canonical = canonicalPath(path);
        return canonical === null || (canonical === path && canonicalPath(canonical) === canonical);
      }),
      3000,
    );
  },
);

t.test('what is accepted has no dot segment, however often somebody decodes it', async (t) => {
  holds(
    t,
    'decoded up to three times',
    fc.property(somePath, (path) => {
      if (canonicalPath(path) === null) return true;
      let decoded = path;
      for (let round = 0; round < 3; round += 1) {
        if (/(^|[/\\])\.{1,2}([/\\]|$)/.test(decoded) || decoded.includes('\0')) return false;
        // As the most lenient decoder does it: what is no escape stays.
        decoded = decoded.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
          String.fromCharCode(Number.parseInt(hex, 16)),
        );
      }
      return true;
    }),
    5000,
  );
});

t.test('a broken escape after one decoding hides no dot segment beside it', async (t) => {
  for (const path of ['/static/%252e%252e/%25', '/static/%252e%252e/%25ff', '/x/%25/%252e%252e/y'])
    t.equal(canonicalPath(path), null, path);
});

t.test('a public path has one spelling: no other that decodes to it is accepted', async (t) => {
  const publicPaths = routes
    .filter(({ access }) => access === 'public')
    .map(({ path }) => path.replace('*', 'assets/home.js'));
  const spelled = fc.constantFrom(...publicPaths).chain((path) =>
    fc
      .array(fc.constantFrom('as it is', 'upper', 'lower'), {
        minLength: path.length,
        maxLength: path.length,
      })
      .map((how) => [...path].map((character, at) => spell(character, how[at])).join('')),
  );
  holds(
    t,
    'as it is, or not at all',
    fc.property(spelled, (path) => publicPaths.includes(path) || canonicalPath(path) === null),
  );
});

function spell(character: string, how: string | undefined): string {
  const hex = character.charCodeAt(0).toString(16).padStart(2, '0');
  if (how === 'upper') return `%${hex.toUpperCase()}`;
  return how === 'lower' ? `%${hex}` : character;
}

t.test('a query is printable ASCII without # and \\', async (t) => {
  for (const query of ['', 'a=b&c=%2Fd', 'x?y/z', 'a=\'"<>|{}^`']) t.ok(isCleanQuery(query), query);
  for (const query of ['a b', 'a\tb', 'é', 'a#b', 'a\\b', 'a\0'])
    t.notOk(isCleanQuery(query), encodeURI(query));
});
