import { policyTable } from './policy-table.ts';

/** What the README has from the code: the part between two markers with the name, and who writes it. */
const PARTS: Readonly<Record<string, () => string>> = { 'manager-policy': policyTable };

/** The README with every generated part written anew. Throws when a part's markers are missing. */
export function withGeneratedParts(readme: string): string {
  return Object.entries(PARTS).reduce((text, [name, write]) => {
    const begin = `<!-- ${name}: from the code, by npm run docs -->`;
    const end = `<!-- /${name} -->`;
    const from = text.indexOf(begin);
    const to = text.indexOf(end, from);
    if (from === -1 || to === -1) throw new Error(`The README has no place for ${name}: ${begin} ... ${end}`);
    // Blank lines, or Markdown takes the table for a part of the comment.
    return `${text.slice(0, from + begin.length)}\n\n${write()}\n\n${text.slice(to)}`;
  }, readme);
}
