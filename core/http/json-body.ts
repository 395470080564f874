import { mayRound, parseExactJson } from '../exact-json.ts';
import { HttpError } from './http-error.ts';

const DEEPEST = 64;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * JSON that everybody reads the same way: UTF-8, no name twice in one object, no `__proto__`, at most 64 levels deep
 * (RFC 8259, 4, 8.1 and 9). An integer that a number cannot hold comes as a bigint: ComfyUI's seeds go up to 2^64.
 * Throws HttpError 400 saying which rule was broken.
 */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    throw new HttpError(400, 'The body is not valid UTF-8');
  }
  let value: unknown;
  try {
    // V8 parses without recursion, so depth does no harm here; it would in whatever walks the value afterwards.
    value = JSON.parse(text);
  } catch {
    throw new HttpError(400, 'The body is not valid JSON');
  }
  refuseAmbiguity(text);
  return mayRound(text) ? parseExactJson(text) : value;
}

/**
 * Throws HttpError 400 when a valid JSON text is too deep, or has `__proto__` or one name twice in an object.
 * One pass, and by hand: a regular expression for strings runs out of stack on one with millions of escapes.
 */
function refuseAmbiguity(text: string): void {
  const open: (Set<string> | null)[] = [];
  let stringStart = 0;
  let stringEnd = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case '"':
        stringStart = at;
        at = closingQuote(text, at);
        stringEnd = at + 1;
        break;
      case ':':
        addName(open.at(-1), text.slice(stringStart, stringEnd));
        break;
      case '{':
        open.push(new Set());
        break;
      case '[':
        open.push(null);
        break;
      case '}':
      case ']':
        open.pop();
    }
    if (open.length > DEEPEST)
      throw new HttpError(400, `The body is nested more than ${DEEPEST} levels deep`);
  }
}

/** In valid JSON every string ends: at the first quote with an even number of backslashes before it. */
function closingQuote(text: string, opening: number): number {
  let quote = opening;
  for (;;) {
    quote = text.indexOf('"', quote + 1);
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote;
  }
}

function addName(names: Set<string> | null | undefined, quoted: string): void {
  // As JSON.parse reads it: "\u0061" and "a" are one name.
  const name = quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
  if (name === '__proto__') throw new HttpError(400, 'The body has a member named __proto__');
  if (names?.has(name))
    throw new HttpError(400, `The body has a name twice in one object: ${name.slice(0, 80)}`);
  names?.add(name);
}
