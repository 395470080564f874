/** The text with `part` between two marks, in place of what stood there. Throws when one is missing. */
export function withMarkedPart(text: string, begin: string, end: string, part: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`There is no place for it: ${begin} ... ${end}`);
  // Blank lines, or Markdown takes a table for a part of the comment.
  return `${text.slice(0, from + begin.length)}\n\n${part}\n\n${text.slice(to)}`;
}
