/** What only a shell understands. Outside of quotes it is refused: a command that means it is not run in another sense. */
const SHELL_ONLY = /[|&;<>()$`*?~#!{}[\]]/;

/**
 * A command line as the words that are run, without a shell: blanks part words, quotes of either kind keep them together, and
 * a backslash, outside of single quotes, takes the next character as it is. One that needs a shell asks for it:
 * `sh -c 'git pull && npm ci'`. Throws Error, in words, for a quote that is not closed and for what only a shell understands.
 */
export function splitCommand(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote === "'") {
      if (character === quote) quote = '';
      else word += character;
    } else if (character === '\\') {
      at += 1;
      if (at === text.length) throw new Error('nothing follows the last backslash');
      const next = text.charAt(at);
      // Within double quotes it is only for these (POSIX, 2.2.3).
      word = (word ?? '') + (quote === '"' && !/["\\$`]/.test(next) ? character + next : next);
    } else if (quote === '"') {
      if (character === quote) quote = '';
      else if (character === '$' || character === '`') throw new Error(needsShell(character));
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (SHELL_ONLY.test(character)) throw new Error(needsShell(character));
    else word = (word ?? '') + character;
  }
  if (quote !== '') throw new Error(`the quote ${quote} is not closed`);
  if (word !== null) words.push(word);
  return words;
}

function needsShell(character: string): string {
  return `${character} means something to a shell only, and none is used; quote it, or ask for a shell: sh -c '...'`;
}
