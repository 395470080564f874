import fc from 'fast-check';
import t from 'tap';
import { HttpError } from '../../../core/http/http-error.ts';
import { parseJson } from '../../../core/http/json-body.ts';
import { holds } from '../../support/property.ts';

const parse = (text: string | Uint8Array) => parseJson(typeof text === 'string' ? Buffer.from(text) : text);

/** The refusal's status and words, or null when the body was taken. */
function refusal(text: string | Uint8Array): string | null {
  try {
    parse(text);
    return null;
  } catch (error) {
    if (error instanceof HttpError) return `${error.status} ${error.detail}`;
    throw error;
  }
}

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

const REFUSED: readonly [string, string | Uint8Array, RegExp][] = [
  ['nothing', '', /^400 .*not valid JSON/],
  ['half an object', '{"a":', /not valid JSON/],
  ['two values', '{} {}', /not valid JSON/],
  ['single quotes', "{'a':1}", /not valid JSON/],
  ['a trailing comma', '[1,]', /not valid JSON/],
  ['a comment', '{}//x', /not valid JSON/],
  ['NaN', '[NaN]', /not valid JSON/],
  ['a string that does not end', '"abc', /not valid JSON/],
  ['a string that ends in a backslash', '"abc\\"', /not valid JSON/],
  ['a line break in a string', '"a\nb"', /not valid JSON/],
  ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22]), /^400 .*not valid UTF-8/],
  ['an overlong form', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), /not valid UTF-8/],
  ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), /not valid UTF-8/],
  ['a cut character', Buffer.from('"é"').subarray(0, 2), /not valid UTF-8/],
  ['UTF-16', Buffer.from('{"a":1}', 'utf16le'), /not valid JSON/],
  ['65 levels', nested(65), /^400 .*more than 64 levels deep/],
  ['65 levels of objects', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, /levels deep/],
  ['10,000 levels', nested(10_000), /levels deep/],
  ['500,000 levels', nested(500_000), /levels deep/],
  ['a name twice', '{"a":1,"a":2}', /^400 .*twice in one object: a$/],
  ['a name twice, with others between', '{"a":1,"b":{"a":1},"a":2}', /twice.*: a$/],
  ['a name twice, in a deeper object', '[{"x":[{"a":1,"a":1}]}]', /twice.*: a$/],
  ['"\\u0061" is "a"', '{"a":1,"\\u0061":2}', /twice.*: a$/],
  ['"\\/" is "/"', '{"/":1,"\\/":2}', /twice.*: \/$/],
  ['an empty name twice', '{"":1,"":2}', /twice/],
  ['an emoji and its escapes', '{"😀":1,"\\ud83d\\ude00":2}', /twice/],
  ['with spaces around the colon', '{"a" :1,"a"\n:\t2}', /twice/],
  ['__proto__', '{"__proto__":{"admin":true}}', /^400 .*__proto__/],
  ['__proto__, deeper', '{"a":[{"__proto__":1}]}', /__proto__/],
  ['__proto__ in escapes', '{"\\u005f_proto__":1}', /__proto__/],
];

const TAKEN: readonly [string, string][] = [
  ['64 levels', nested(64)],
  ['one name in two objects', '[{"a":1},{"a":1}]'],
  ['one name in an object and in the one inside', '{"a":{"a":{"a":1}}}'],
  ['a name equal to an earlier value', '{"a":"b","b":"a"}'],
  ['names that differ in case', '{"a":1,"A":2}'],
  ['names that look alike', '{"\u00e9":1,"e\u0301":2}'],
  ['__proto__ as a value', '["__proto__"]'],
  ['other names that objects have', '{"constructor":1,"toString":2,"prototype":3}'],
  ['structure inside a string', '{"a":"{\\"a\\":1,\\"a\\":2}[[[","b":"]]}}"}'],
  ['a colon in a string', '{"a":"b:c","d":":"}'],
  ['a string that ends in a backslash', '{"a":"\\\\","b":"\\\\\\\\"}'],
  ['a name that ends in a backslash', '{"a\\\\":1,"a":2}'],
  ['a quote at the end of a string', '{"a":"\\"","b":"\\\\\\""}'],
  ['a number', '1e3'],
  ['null', 'null'],
  ['a string', '"a"'],
  ['spaces around', ' \t\r\n{ } '],
];

t.test('what two readers could understand differently gets 400, and the reason', async (t) => {
  for (const [what, text, words] of REFUSED) t.match(refusal(text), words, what);
});

/** As JSON.parse would have it: with numbers in place of bigints. */
const rounded = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_name, member: unknown) => (typeof member === 'bigint' ? Number(member) : member)),
  );

t.test('everything else is read as JSON.parse reads it', async (t) => {
  for (const [what, text] of TAKEN) t.same(rounded(parse(text)), JSON.parse(text), what);
  holds(
    t,
    'whatever value, written compactly or with spaces',
    fc.property(fc.json({ maxDepth: 8 }), fc.constantFrom(0, 2, '\t'), (text, space) => {
      const value: unknown = JSON.parse(text);
      const written = JSON.stringify(value, null, space);
      // Names that fast-check repeats, or __proto__, are refused; that is another rule.
      return (
        refusal(written)?.includes('__proto__') ||
        JSON.stringify(rounded(parse(written))) === JSON.stringify(value)
      );
    }),
    1000,
  );
});

t.test(
  'an integer that a number cannot hold comes whole, as a bigint; every other number is a number',
  async (t) => {
    const rows: readonly [string, number | bigint][] = [
      ['9007199254740991', 9007199254740991],
      ['9007199254740992', 9007199254740992n],
      ['18446744073709551615', 18446744073709551615n],
      ['-9007199254740993', -9007199254740993n],
      ['0.12345678901234567', Number('0.12345678901234567')],
      ['1e20', 1e20],
      ['12345678901234567890.5', Number('12345678901234567890.5')],
    ];
    for (const [text, expected] of rows) t.equal(parse(text), expected, text);
    t.same(parse('{"seed":18446744073709551615,"steps":[20]}'), { seed: 18446744073709551615n, steps: [20] });
  },
);

t.test('a value with some name twice is refused, wherever it stands', async (t) => {
  const name = fc.string({ unit: 'grapheme', maxLength: 5 }).filter((text) => text !== '__proto__');
  const other = fc.array(fc.json({ maxDepth: 2 }), { maxLength: 4 });
  holds(
    t,
    'a name twice',
    fc.property(name, other, (twice, values) => {
      const key = JSON.stringify(twice);
      const between = values.map((value, index) => `"between ${index}":${value},`).join('');
      return refusal(`[{${key}:1,${between}${key}:2}]`)?.startsWith('400') ?? false;
    }),
  );
});

t.test('a refusal leaves nothing behind for the next body', async (t) => {
  t.match(refusal(Buffer.from([0x22, 0xe2, 0x82])), /UTF-8/);
  t.same(parse('{"a":"é"}'), { a: 'é' });
});

t.test('strings of megabytes, plain or all escapes, do not run out of stack', async (t) => {
  for (const piece of ['a', '\n', '"', '\\', 'a\n', '\\"'])
    t.equal(parse(JSON.stringify({ image: piece.repeat(3_000_000) })) !== null, true, JSON.stringify(piece));
});

/** How often `text.indexOf` is called, which is once for each quote that could end a string. */
function countSearches(run: () => unknown): number {
  const original = String.prototype.indexOf;
  let calls = 0;
  String.prototype.indexOf = function (this: string, ...given: [string, number?]) {
    calls += 1;
    return original.apply(this, given);
  };
  try {
    run();
  } finally {
    String.prototype.indexOf = original;
  }
  return calls;
}

t.test('the work grows with the size, not faster', async (t) => {
  const bodies: readonly [string, (size: number) => string][] = [
    ['strings', (size) => JSON.stringify(Array(size).fill('x'))],
    ['one string full of quotes', (size) => JSON.stringify('"'.repeat(size))],
    [
      'names',
      (size) => JSON.stringify(Object.fromEntries(Array.from({ length: size }, (_, at) => [`n${at}`, 1]))),
    ],
    ['colons', (size) => JSON.stringify(':'.repeat(size))],
  ];
  for (const [what, body] of bodies) {
    const [small, large] = [10_000, 40_000].map((size) => {
      const text = Buffer.from(body(size));
      return countSearches(() => parseJson(text));
    });
    t.ok((large ?? 0) <= 4 * (small ?? 0) + 10, `${what}: ${small} searches, then ${large}`);
  }
});
