import { post, type Row, rowsFor, visible } from '../row.ts';

/** Where a login would go on to, if it were believed. */
const ELSEWHERE: readonly (readonly [string, string])[] = [
  ['//evil.example', 'a host without a scheme'],
  ['///evil.example', 'browsers drop a slash'],
  ['/\\evil.example', 'browsers read a backslash as a slash'],
  ['/\\/evil.example', 'the same'],
  ['\\\\evil.example', 'the same'],
  ['\\/evil.example', 'the same'],
  ['/%09/evil.example', 'an encoded tab'],
  ['/\t/evil.example', 'browsers drop tabs'],
  ['/\n/evil.example', 'browsers drop line feeds'],
  ['/\r\n/evil.example', 'the same'],
  ['\t//evil.example', 'the same, first'],
  [' //evil.example', 'browsers drop spaces around'],
  ['https:evil.example', 'a scheme without slashes'],
  ['https:/evil.example', 'one slash'],
  ['https://evil.example', 'a whole address'],
  ['HTTPS://evil.example', 'in upper case'],
  ['javascript:alert(1)', 'a script'],
  ['JaVaScRiPt:alert(1)', 'the same'],
  ['java\tscript:alert(1)', 'browsers drop tabs'],
  ['data:text/html,<script>alert(1)</script>', 'a page of its own'],
  ['vbscript:x', 'another script'],
  ['evil.example', 'a relative path'],
  ['.evil.example', 'behind our host, if it were glued on'],
  ['@evil.example', 'the same, as a user'],
  [':80@evil.example', 'the same'],
  ['/x\r\nSet-Cookie: a=b', 'a header of its own'],
  ['/x\nLocation: https://evil.example', 'the same'],
  ['/x\0', 'a NUL'],
  ['/\u2028/evil.example', 'a line separator'],
  ['/é', 'not ASCII'],
  ['/%5cevil.example', 'an encoded backslash, for whoever decodes once more'],
  ['/%0d%0aSet-Cookie:a=b', 'an encoded line break'],
  [`/${'a'.repeat(3000)}`, 'longer than any page’s'],
  ['', 'nothing'],
  ['?next=/x', 'a query alone'],
  ['#x', 'a fragment alone'],
];

const form = (fields: Readonly<Record<string, string>>, ...headers: string[]): string =>
  post(
    '/api/auth/login',
    new URLSearchParams(fields).toString(),
    'Content-Type: application/x-www-form-urlencoded',
    ...headers,
  );

/** JSON in ASCII, since rows are sent as latin1. */
const ascii = (value: unknown): string =>
  JSON.stringify(value).replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

const LOGGED_IN = { connection: 'open', cookie: true, events: ['auth.login'] } as const;

export const login: readonly Row[] = [
  ...rowsFor(ELSEWHERE, (next) => ({
    name: `login that goes on to ${visible(next)}`,
    send: ({ key }) => post('/api/auth/login', ascii({ api_key: key, next })),
    replies: [200],
    body: /^\{"status":"ok","redirect":"\/home"\}$/,
    ...LOGGED_IN,
  })),
  ...rowsFor(
    ELSEWHERE.filter((_row, index) => index % 3 === 0),
    (next) => ({
      name: `login by form that goes on to ${visible(next)}`,
      send: ({ key }) => form({ api_key: key, next }),
      replies: [303],
      headers: /^location: \/home$/m,
      ...LOGGED_IN,
    }),
  ),
  {
    name: 'login by form with a wrong key, and a next elsewhere',
    why: 'the page that says so must not carry it on',
    send: form({ api_key: 'wrong-key', next: '//evil.example' }),
    replies: [303],
    connection: 'open',
    headers: /^location: \/login\?error=invalid&next=%2Fhome$/m,
    events: ['auth.failed'],
  },
  {
    name: 'login by form without a key',
    why: 'nothing is not the key',
    send: form({}),
    replies: [303],
    connection: 'open',
    headers: /^location: \/login\?error=invalid/m,
    events: ['auth.failed'],
  },
  {
    name: 'login by form with two keys, wrong then right',
    why: 'the first counts, for everybody',
    send: ({ key }) =>
      post(
        '/api/auth/login',
        `api_key=wrong&api_key=${key}`,
        'Content-Type: application/x-www-form-urlencoded',
      ),
    replies: [303],
    connection: 'open',
    headers: /^location: \/login\?error=invalid/m,
    events: ['auth.failed'],
  },
  ...rowsFor(
    [
      ['wrong', 'not the key'],
      ['', 'nothing'],
      ['\0', 'a NUL'],
      [' ', 'a space'],
    ],
    (key) => ({
      name: `login with the key ${JSON.stringify(key)}`,
      send: post('/api/auth/login', JSON.stringify({ api_key: key })),
      replies: [401],
      connection: 'open',
      body: /^\{"detail":"Invalid API key"\}$/,
      events: ['auth.failed'],
    }),
  ),
  {
    name: 'login with the right key and a NUL after it',
    why: 'keys are compared in buffers padded with zeros',
    send: ({ key }) => post('/api/auth/login', JSON.stringify({ api_key: `${key}\0` })),
    replies: [401],
    connection: 'open',
    events: ['auth.failed'],
  },
  {
    name: 'login with the right key and spaces around it',
    why: 'it is compared as it is',
    send: ({ key }) => post('/api/auth/login', JSON.stringify({ api_key: ` ${key} ` })),
    replies: [401],
    connection: 'open',
    events: ['auth.failed'],
  },
];
