import type { EventType } from './event-log.ts';

/** How events are kept, as the owner set it. */
export interface Retention {
  /** How many of the newest are kept, the audit aside. */
  readonly count: number;
  /** For how long, in days. */
  readonly days: number;
  /** For how long the audit is kept. */
  readonly auditDays: number;
}

/**
 * `audit`: what was done by somebody who has the key or a session. `attempt`: what anybody can bring about, as often as
 * they like. `news`: everything else. Each has room of its own, so that a flood of one pushes out nothing of another.
 */
export type KeptAs = 'news' | 'audit' | 'attempt';

const ATTEMPTS: readonly EventType[] = ['auth.failed', 'auth.throttled', 'manager.refused'];

/** Kinds, so that a new type of one of them belongs to the audit from its first day. */
const AUDITED = /^(?:auth|admin|manager|maintenance)\./;

export function keptAs(type: EventType): KeptAs {
  if (ATTEMPTS.includes(type)) return 'attempt';
  return AUDITED.test(type) ? 'audit' : 'news';
}

/** A year of a busy pod is a tenth of it; at some 300 bytes each, 30 MB. */
const MOST_AUDIT = 100_000;

/** Failures are told together where they are many (core/failure-record.ts): this is hours of the worst flood. */
const MOST_ATTEMPTS = 20_000;

export interface Bound {
  readonly keptAs: KeptAs;
  readonly count: number;
  readonly days: number;
}

export function boundsOf({ count, days, auditDays }: Retention): readonly Bound[] {
  return [
    { keptAs: 'news', count, days },
    { keptAs: 'audit', count: MOST_AUDIT, days: auditDays },
    { keptAs: 'attempt', count: MOST_ATTEMPTS, days: auditDays },
  ];
}
