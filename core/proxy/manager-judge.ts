import type { ManagerBody } from './manager-body.ts';
import { deedOf } from './manager-call.ts';
import { isStricter, type SecurityLevel } from './manager-level.ts';
import type { Deed } from './manager-policy.ts';
import { judgeBody } from './manager-queue.ts';

/** A call to ComfyUI, as it would be sent there: without Studio's own prefix. */
export interface ManagerCall {
  readonly method: string;
  /** Raw: percent-encoded as it came. */
  readonly path: string;
  /** Raw, without `?`. */
  readonly query: string;
  /** Needed where managerConcern says `judge-body`. Without it such a call is refused. */
  readonly body?: ManagerBody;
}

/** Why a call is refused. */
export interface ManagerRule {
  /** What may not be done at this level: 'restart ComfyUI'. */
  readonly does: string;
  /** What about the body speaks against it ('its channel is ...'), or null: no body could help. */
  readonly why: string | null;
  /** The strictest level that allows it: with this body, or with some body where `why` is null. */
  readonly allowedAt: SecurityLevel;
}

export type ManagerVerdict =
  /** `judged`: there, it must be sent in place of the body, through writeManagerBody. */
  | { readonly allow: true; readonly judged?: { readonly body: unknown } }
  | { readonly allow: false; readonly rule: ManagerRule };

export type ManagerConcern = 'none' | 'judge' | 'judge-body';

/**
 * Whether a request is the policy's concern, asked of every request: `none` passes as it is, `judge` goes to
 * judgeManagerCall, `judge-body` as well, with its body, collected up to MANAGER_BODY_LIMIT and read by readManagerBody.
 * One level is used for both questions: manager-gate.ts asks them.
 */
export function managerConcern(
  method: string,
  path: string,
  query: string,
  level: SecurityLevel,
): ManagerConcern {
  // Weak refuses nothing, so nothing needs to be read there.
  if (level === 'weak') return 'none';
  const deed = deedOf(method, path, query);
  if (deed === null) return 'none';
  return level === 'normal' && deed.unless !== undefined ? 'judge-body' : 'judge';
}

/** The policy: whether a call may go to ComfyUI at this level. Pure; what no rule allows is refused below weak. */
export function judgeManagerCall(call: ManagerCall, level: SecurityLevel): ManagerVerdict {
  const deed = level === 'weak' ? null : deedOf(call.method, call.path, call.query);
  if (deed === null || !isStricter(level, deed.allowedAt)) return { allow: true };
  // At strong, what a body might say for itself does not count.
  if (level !== 'normal' || deed.unless === undefined) return refuse(deed, null);
  if (call.body?.read !== true) return refuse(deed, call.body?.why ?? 'it has no body');
  const verdict = judgeBody(deed.unless, call.body.value);
  if (verdict.allow) return { allow: true, judged: { body: verdict.body } };
  return refuse({ ...deed, does: verdict.does ?? deed.does }, verdict.why);
}

function refuse(deed: Deed, why: string | null): ManagerVerdict {
  const allowedAt = why === null && deed.unless !== undefined ? 'normal' : deed.allowedAt;
  return { allow: false, rule: { does: deed.does, why, allowedAt } };
}
