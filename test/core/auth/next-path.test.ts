import fc from 'fast-check';
import t from 'tap';
import { safeNext } from '../../../core/auth/next-path.ts';
import { holds } from '../../support/property.ts';

const KEPT = [
  '/',
  '/home',
  '/comfyui/',
  '/comfyui/?workflow=a%20b&c=%2Fd',
  '/home?note=line%0Abreak',
  '/home#run',
  '/a//b',
  '/x?next=//evil.example',
  "/it's(fine)*~!$&+,;=:@",
  `/${'a'.repeat(2047)}`,
];

const REPLACED = [
  '',
  'home',
  '//evil.example',
  '///evil.example',
  '/\\evil',
  '/\\/evil.example',
  '\\/evil.example',
  '\\\\evil.example',
  '/a\\b',
  '/%09/evil.example',
  '/%0d%0aSet-Cookie:%20a=b',
  '/%5cevil.example',
  '/%5Cevil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/x\r\nSet-Cookie: a=b',
  ' /home',
  '/ho me',
  '/home ',
  '/home\0',
  '/home\x7f',
  '/höme',
  '/home\u2028',
  'https:evil',
  'https://evil.example',
  'https:/evil.example',
  'http:///evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  '?next=/home',
  '#home',
  '.',
  `/${'a'.repeat(2048)}`,
];

t.test('"next is a path on this origin"', async (t) => {
  for (const next of KEPT) t.equal(safeNext(next), next);
});

t.test('"or it is /home"', async (t) => {
  for (const next of [...REPLACED, null, undefined])
    t.equal(safeNext(next), '/home', encodeURIComponent(String(next)).slice(0, 60));
});

t.test('whatever is asked for, a browser stays on this origin', async (t) => {
  const piece = fc.constantFrom(
    '/',
    '\\',
    '//',
    '..',
    '.',
    '@',
    ':',
    '?',
    '#',
    '%09',
    '%2f',
    '%5c',
    '\t',
    '\n',
    '\r',
    ' ',
    'evil.example',
    'https:',
    'javascript:',
    'a',
    '\u3002',
    '\uff0f',
  );
  const next = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.webUrl(),
    fc.webPath(),
    fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join('')),
  );
  const begun = fc.oneof(
    next,
    next.map((rest) => `/${rest}`),
  );
  holds(
    t,
    'the WHATWG URL parser ends up at the same origin',
    fc.property(
      begun,
      (text) => new URL(safeNext(text), 'http://studio.example').origin === 'http://studio.example',
    ),
    5000,
  );
  holds(
    t,
    'and it can stand in a header',
    fc.property(begun, (text) => /^[\x21-\x7e]+$/.test(safeNext(text))),
    2000,
  );
  holds(
    t,
    'asking twice changes nothing',
    fc.property(begun, (text) => safeNext(safeNext(text)) === safeNext(text)),
    2000,
  );
});
