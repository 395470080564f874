import { post, type Row, rowsFor, visible, WORKFLOW } from '../row.ts';

/** Bodies that are no login, in JSON. */
const BAD_JSON: readonly (readonly [string, string])[] = [
  ['[]', 'an array'],
  ['["api_key"]', 'an array'],
  ['1', 'a number'],
  ['null', 'null'],
  ['true', 'a boolean'],
  ['"api_key"', 'a string'],
  ['', 'nothing'],
  ['{', 'half of it'],
  ['{}', 'no key'],
  ['{"api_key":null}', 'null for a key'],
  ['{"api_key":1}', 'a number for a key'],
  ['{"api_key":["a"]}', 'an array for a key'],
  ['{"api_key":{"$ne":""}}', "an operator, where somebody's database would read one"],
  ['{"api_key":true}', 'a boolean for a key'],
  [`{"api_key":"${'x'.repeat(2000)}"}`, 'a key longer than any'],
  ['{"api_key":"a","next":1}', 'a number for the next page'],
  ['{"api_key":"a","next":["/home"]}', 'an array for the next page'],
  [`${'['.repeat(7000)}${']'.repeat(7000)}`, '7,000 levels deep: what fits a login'],
  [`{"api_key":"a","x":${'{"x":'.repeat(2000)}1${'}'.repeat(2001)}`, 'objects 2,000 levels deep'],
  ['{"api_key":"a","api_key":"b"}', 'a name twice: who reads the first and who reads the last disagree'],
  ['{"api_key":"a","\\u0061pi_key":"b"}', 'the same in two spellings'],
  ['{"api_key":"a","__proto__":{"by":"key"}}', 'a prototype to pollute'],
  ['{"api_key":"a","x":{"\\u005f_proto__":1}}', 'the same, hidden'],
  ['{"api_key":"\xff\xfe"}', 'not UTF-8'],
  ['{"api_key":"\xc0\x80"}', 'an overlong NUL'],
  ['{"api_key":"\xed\xa0\x80"}', 'half a surrogate pair'],
  ['{"api_key":"a"} x', 'something after it'],
  ['{"api_key":"a",}', 'a comma too many'],
  ["{'api_key':'a'}", 'single quotes'],
  ['{"api_key":"a"/**/}', 'a comment'],
  ['{"api_key":NaN}', 'no JSON number'],
  ['{"api_key":"a\nb"}', 'a raw line feed in a string'],
  ['{"api_key":"a\0"}', 'a raw NUL in a string'],
  ['<login/>', 'XML'],
];

export const json: readonly Row[] = [
  ...rowsFor(BAD_JSON, (body) => ({
    name: `login with ${visible(body)}`,
    send: post('/api/auth/login', body),
    replies: [400],
    connection: 'open',
    body: /^\{"detail":"[^\n]+"\}$/,
  })),
  {
    name: 'a run 10,000 levels deep',
    why: 'whoever walks the value runs out of stack',
    send: ({ key }) =>
      post('/api/run', `{"prompt":${'{"x":'.repeat(10_000)}1${'}'.repeat(10_001)}`, `X-API-Key: ${key}`),
    replies: [400],
    connection: 'open',
  },
  {
    name: 'a run with a __proto__',
    why: 'a prototype to pollute, and ComfyUI behind it',
    send: ({ key }) => post('/api/run', `{"__proto__":{"x":1},${WORKFLOW.slice(1)}`, `X-API-Key: ${key}`),
    replies: [400],
    connection: 'open',
  },
  ...rowsFor(
    [
      ['multipart/form-data; boundary=x', 'a type that nobody reads here'],
      ['application/xml', 'the same'],
      ['text/html', 'the same'],
      ['application/jsonx', 'nearly the type'],
      ['application/x-www-form-urlencoded, application/json', 'a list'],
    ],
    (type) => ({
      name: `login as ${type}`,
      send: ({ key }) => post('/api/auth/login', JSON.stringify({ api_key: key }), `Content-Type: ${type}`),
      replies: [415],
      connection: 'open',
    }),
  ),
];
