import { stripVTControlCharacters } from 'node:util';

/** In characters. */
const LONGEST_LINE = 2000;

/** So much of a line is looked through for secrets, that none is cut in two where the line is. */
const LOOKED_AT = 32 * 1024;

/** Control characters, and those that turn the direction of writing. A tab becomes a blank before. */
const UNSEEN = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** What tells a terminal its title and the like: a string between an opening and BEL or ST (ECMA-48, 5.6). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const TERMINAL_STRING = /\u{1b}[\]PX^_][^\u{07}\u{1b}]*(?:\u{07}|\u{1b}\\)?/gu;

export interface LineReader {
  write(bytes: Uint8Array): void;
  /** What came last may have no line break. */
  end(): void;
}

/**
 * What a program prints, as lines for people: UTF-8, without colours, cursor movements and control characters. Of a line that
 * it draws again and again (a progress bar, by carriage returns) only the last state counts; a line that is longer than 2,000
 * characters is cut. `scrub` takes the secrets out, before the cut.
 */
export function createLineReader(
  scrub: (line: string) => string,
  onLine: (line: string) => void,
): LineReader {
  const decoder = new TextDecoder();
  let pending = '';

  function add(text: string): void {
    pending += text;
    // At its very end it may be half of a line break.
    const drawn = pending.slice(0, -1).lastIndexOf('\r');
    if (drawn !== -1) pending = pending.slice(drawn + 1);
    // What does not fit is not kept: a program that never breaks a line must not fill the memory.
    if (pending.length > LOOKED_AT) pending = pending.slice(0, LOOKED_AT);
  }

  function breakLine(): void {
    const line = scrub(plain(pending));
    pending = '';
    onLine(line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line);
  }

  function read(text: string): void {
    let from = 0;
    for (let to = text.indexOf('\n'); to !== -1; to = text.indexOf('\n', from)) {
      add(text.slice(from, to));
      breakLine();
      from = to + 1;
    }
    add(text.slice(from));
  }

  return {
    write: (bytes) => read(decoder.decode(bytes, { stream: true })),
    end() {
      read(decoder.decode());
      if (pending !== '') breakLine();
    },
  };
}

function plain(text: string): string {
  return stripVTControlCharacters(text.replace(TERMINAL_STRING, ''))
    .replaceAll('\t', ' ')
    .replace(UNSEEN, '');
}
