/** A member of an object in a JSON text: its name, and where its value begins and ends. */
export interface Member {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The members of the object that begins at `at` in a text that is known to be valid JSON; none when no object begins there.
 * With it a value can be read and replaced in its own digits: JSON.parse keeps 53 bits of a number, and seeds have 64.
 */
export function membersOf(text: string, at = 0): readonly Member[] {
  const members: Member[] = [];
  let position = skipSpace(text, at);
  if (text[position] !== '{') return members;
  position = skipSpace(text, position + 1);
  while (text[position] === '"') {
    const nameEnd = endOfString(text, position);
    const name = String(JSON.parse(text.slice(position, nameEnd)));
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const end = endOfValue(text, start);
    members.push({ name, start, end });
    position = skipSpace(text, end);
    if (text[position] === ',') position = skipSpace(text, position + 1);
  }
  return members;
}

/** The member of that name; of several the last, which is the one that JSON.parse takes. */
export function memberOf(text: string, name: string, at = 0): Member | null {
  return membersOf(text, at).findLast((member) => member.name === name) ?? null;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at += 1;
  return at;
}

/** `from`: where its first quotation mark is. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function endOfValue(text: string, from: number): number {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '"') {
      at = endOfString(text, at);
      if (depth === 0) return at;
      continue;
    }
    if ('{['.includes(character)) depth += 1;
    else if ('}]'.includes(character)) {
      // The bracket that closes what this value is in.
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && ', \t\r\n'.includes(character)) return at;
    at += 1;
  }
  return at;
}
