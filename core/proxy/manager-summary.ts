import { isStricter, type SecurityLevel } from './manager-level.ts';
import { BODY_RULES, type Deed, POLICY, UNNAMED } from './manager-policy.ts';

/** One line of what a level refuses. */
export interface Refused {
  readonly does: string;
  /** What a body must be for it to be allowed all the same, or null. */
  readonly unless: string | null;
}

/** What a level refuses, from the policy's table, in its order: for a page that lets somebody choose. */
export function refusedAt(level: SecurityLevel): readonly Refused[] {
  const lines = new Map<string, Refused>();
  const deeds: readonly Deed[] = [...POLICY, ...Object.values(UNNAMED)];
  for (const { does, allowedAt, unless } of deeds) {
    if (!isStricter(level, allowedAt)) continue;
    lines.set(does, { does, unless: level === 'normal' && unless !== undefined ? BODY_RULES[unless] : null });
  }
  return [...lines.values()];
}
