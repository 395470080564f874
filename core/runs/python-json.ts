const STRINGS_AND_STRANGERS = /"[^"\\]*(?:\\[\s\S][^"\\]*)*(?:"|$)|-?\bInfinity\b|\bNaN\b/g;

/**
 * Reads JSON as Python writes it: NaN and Infinity, which JSON has not (RFC 8259, 6), become null. One NaN among a
 * node's inputs stands in /queue, in /history and in its execution_error. undefined when it is not JSON even so.
 */
export function parsePythonJson(text: string): unknown {
  const value = parse(text);
  if (value !== undefined || !/NaN|Infinity/.test(text)) return value;
  return parse(text.replace(STRINGS_AND_STRANGERS, (token) => (token.startsWith('"') ? token : 'null')));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
