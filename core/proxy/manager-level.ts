/** How much of ComfyUI Manager the gate lets through: strong the least, weak all of it. */
export type SecurityLevel = 'strong' | 'normal' | 'weak';

/** Strictest first. */
export const SECURITY_LEVELS: readonly SecurityLevel[] = ['strong', 'normal', 'weak'];

/** The level of that name, or undefined. Exact: ` Weak` is none. */
export function securityLevel(name: string): SecurityLevel | undefined {
  return SECURITY_LEVELS.find((level) => level === name);
}

/** Whether going from `old` to `next` lets more through: what the owner must confirm with the key. */
export function isLowering(old: SecurityLevel, next: SecurityLevel): boolean {
  return isStricter(old, next);
}

export function isStricter(one: SecurityLevel, other: SecurityLevel): boolean {
  return SECURITY_LEVELS.indexOf(one) < SECURITY_LEVELS.indexOf(other);
}
