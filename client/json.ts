/** An object that came from outside: its members can be anything. */
export type Fields = Readonly<Record<string, unknown>>;

/** The object that `value` is, else null. An array is none. */
export function fieldsOf(value: unknown): Fields | null {
  return isFields(value) ? value : null;
}

/** What the text says as JSON, when that is an object; else null. */
export function parseFields(text: string): Fields | null {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return null;
  }
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
