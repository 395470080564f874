import { fieldsOf, listOf, textOf } from '../../client/json.ts';

/** More than these is no list to choose from. */
const MOST_CHOICES = 2000;

/** A ComfyUI that is busy loading a model may be silent for long: then the field can be typed into. */
const PATIENCE_MS = 5000;

const asked = new Map<string, Promise<unknown>>();

/** What ComfyUI offers for an input of a node type; none when it does not say. Asked once per type and page. */
export async function choicesFor(type: string, input: string): Promise<readonly string[]> {
  let answer = asked.get(type);
  if (answer === undefined) {
    answer = ask(type);
    asked.set(type, answer);
  }
  return choicesIn(await answer, type, input);
}

/** From GET /object_info/{type}: `[[choices], options]`, or `["COMBO", {options: [choices]}]` in newer versions. */
export function choicesIn(info: unknown, type: string, input: string): readonly string[] {
  const inputs = fieldsOf(fieldsOf(fieldsOf(info)?.[type])?.input);
  const declared = fieldsOf(inputs?.required)?.[input] ?? fieldsOf(inputs?.optional)?.[input];
  const [first, options] = listOf(declared);
  const choices = Array.isArray(first) ? first : listOf(fieldsOf(options)?.options);
  return choices.slice(0, MOST_CHOICES).flatMap((choice) => textOf(choice) ?? []);
}

async function ask(type: string): Promise<unknown> {
  try {
    const response = await fetch(`/comfyui/object_info/${encodeURIComponent(type)}`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.ok) return await response.json();
  } catch {
    // ComfyUI is away: the field can be typed into.
  }
  // It may be there the next time.
  asked.delete(type);
  return null;
}
