const STRINGS_AND_STRANGERS = /"[^"\\]*(?:\\[\s\S][^"\\]*)*(?:"|$)|-?\bInfinity\b|\bNaN\b/g;

/**
 * Reads JSON as Python writes it: NaN and Infinity, which JSON has not (RFC 8259, 6), become null. One NaN among a
 * node's inputs stands in /queue, in /history and in its execution_error. undefined when it is not JSON even so.
 */
export function parsePythonJson(text: string, parse: (text: string) => unknown = JSON.parse): unknown {
  const value = parsed(text, parse);
  if (value !== undefined || !/NaN|Infinity/.test(text)) return value;
  const json = text.replace(STRINGS_AND_STRANGERS, (token) => (token.startsWith('"') ? token : 'null'));
  return parsed(json, parse);
}

function parsed(text: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
