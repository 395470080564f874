const STRINGS_AND_STRANGERS = /"[^"\\]*(?:\\[\s\S][^"\\]*)*(?:"|$)|-?\bInfinity\b|\bNaN\b/g;

/**
 * Reads JSON as Python writes it: NaN and Infinity, which JSON has not (RFC 8259, 6), become null. One NaN among a
 * node's inputs stands in /queue, in /history and in its execution_error. undefined when it is not JSON even so.
 */
export function parsePythonJson(text: string, parse: (text: string) => unknown = JSON.parse): unknown {
  const value = orUndefined(() => parse(text));
  if (value !== undefined || !/NaN|Infinity/.test(text)) return value;
  // The replacement may fail as well: on a string with millions of escapes the expression runs out of stack.
  return orUndefined(() => parse(text.replace(STRINGS_AND_STRANGERS, jsonToken)));
}

function jsonToken(token: string): string {
  return token.startsWith('"') ? token : 'null';
}

function orUndefined(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}
