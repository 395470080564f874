import { fieldsOf, listOf, textOf } from '../../client/json.ts';

export type CheckState = 'green' | 'amber' | 'red';

export interface PostureCheck {
  readonly id: string;
  readonly state: CheckState;
  readonly found: string;
  /** What to do about it; null when all is well. */
  readonly todo: string | null;
}

export interface Posture {
  /** The worst first; those of one colour as Studio lists them. */
  readonly checks: readonly PostureCheck[];
}

const RANK: Readonly<Record<CheckState, number>> = { red: 0, amber: 1, green: 2 };

/** GET /api/admin/system/security. A colour that is not known counts as amber: somebody should look at it. */
export function postureOf(answer: unknown): Posture {
  const checks = listOf(fieldsOf(answer)?.checks).flatMap((value) => {
    const fields = fieldsOf(value);
    const id = textOf(fields?.id);
    if (fields === null || id === null) return [];
    return [
      { id, state: stateOf(fields.state), found: textOf(fields.found) ?? id, todo: textOf(fields.todo) },
    ];
  });
  return { checks: checks.sort((one, other) => RANK[one.state] - RANK[other.state]) };
}

function stateOf(value: unknown): CheckState {
  return value === 'green' || value === 'red' ? value : 'amber';
}

export const STATE_WORDS: Readonly<Record<CheckState, string>> = {
  red: 'Danger',
  amber: 'Caution',
  green: 'Good',
};

/** How it stands, in one line. */
export function verdictOf({ checks }: Posture): { readonly state: CheckState; readonly words: string } {
  const count = (state: CheckState): number => checks.filter((check) => check.state === state).length;
  const [red, amber] = [count('red'), count('amber')];
  if (red > 0) return { state: 'red', words: `${things(red)} to mend now` };
  if (amber > 0) return { state: 'amber', words: `${things(amber)} to look at` };
  return { state: 'green', words: 'Nothing to mend' };
}

function things(count: number): string {
  return count === 1 ? 'One thing' : `${count} things`;
}

/** What a check looks at, from its id: `key-strength` and `key_strength` are "Key strength". */
export function titleOf(id: string): string {
  const words = id.replaceAll(/[-_.]+/g, ' ').trim();
  return words
    .replace(/^\w/, (letter) => letter.toUpperCase())
    .replaceAll(/\b(tls|api|url|http|https|ip)\b/gi, (word) => word.toUpperCase())
    .replaceAll(/\bcomfyui\b/gi, 'ComfyUI');
}
