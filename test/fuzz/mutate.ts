import type { Random } from './random.ts';

/** What breaks parsers: line ends, lengths, escapes, separators, and bytes that text does not have. */
const TOKENS: readonly [string, ...string[]] = [
  '\r\n',
  '\n',
  '\r',
  '\r\n\r\n',
  '\0',
  ' ',
  '\t',
  ':',
  ';',
  '//',
  '/../',
  '%2e%2e',
  '%252e',
  '%00',
  '%',
  '\\',
  '#',
  '?',
  '\x7f',
  '\xff\xfe',
  'Content-Length: 99999999999999999999\r\n',
  'Content-Length: -1\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: gzip\r\n',
  'Host: evil.example\r\n',
  'Connection: Upgrade\r\nUpgrade: websocket\r\n',
  'Expect: 100-continue\r\n',
  'ffffffffffffffff\r\n',
  '0\r\n\r\n',
  '{"__proto__":1}',
  '[[[[[[[[',
  '"\\u0000"',
  '1e999',
];

type Mutation = (bytes: Buffer, random: Random, others: readonly [Buffer, ...Buffer[]]) => Buffer;

const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  // A bit flipped.
  (bytes, random) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) {
      const at = random.below(copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    }
    return copy;
  },
  // A token put in.
  (bytes, random) =>
    insert(bytes, random.below(bytes.length + 1), Buffer.from(random.pick(TOKENS), 'latin1')),
  // Any byte put in.
  (bytes, random) => insert(bytes, random.below(bytes.length + 1), Buffer.from([random.below(256)])),
  // A piece taken out.
  (bytes, random) => {
    const from = random.below(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + random.below(16))]);
  },
  // A piece twice, or many times.
  (bytes, random) => {
    const from = random.below(bytes.length + 1);
    const piece = bytes.subarray(from, from + 1 + random.below(40));
    return insert(bytes, from, Buffer.concat(Array<Buffer>(1 + random.below(30)).fill(piece)));
  },
  // The end cut off.
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  // The start of one, the end of another.
  (bytes, random, others) => {
    const other = random.pick(others);
    return Buffer.concat([
      bytes.subarray(0, random.below(bytes.length + 1)),
      other.subarray(random.below(other.length + 1)),
    ]);
  },
  // Another one right behind.
  (bytes, random, others) => Buffer.concat([bytes, random.pick(others)]),
  // As it was: what is valid must go on working in between.
  (bytes) => bytes,
];

const LONGEST = 64 * 1024;

/** One to four changes to `bytes`; the same for the same state of `random`. */
export function mutate(bytes: Buffer, random: Random, others: readonly [Buffer, ...Buffer[]]): Buffer {
  let result = bytes;
  for (let left = 1 + random.below(4); left > 0; left -= 1)
    result = random.pick(MUTATIONS)(result, random, others);
  return result.subarray(0, LONGEST);
}

function insert(bytes: Buffer, at: number, piece: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
}
