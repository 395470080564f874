import type { NewEvent } from '../events/event-log.ts';
import { HttpError } from '../http/http-error.ts';
import type { Sender } from '../http/sender.ts';
import type { ManagerCall, ManagerRule } from './manager-judge.ts';
import type { SecurityLevel } from './manager-level.ts';

/** Where the level is set, for whoever reads a refusal. */
const SETTING = 'PUT /api/admin/manager/security-level';

/** The 403 of a refused call: which level, which rule, what to do instead. */
export function managerRefusal(rule: ManagerRule, level: SecurityLevel): HttpError {
  return new HttpError(403, refusalDetail(rule, level));
}

/** What a refusal says to the pod's owner. */
function refusalDetail({ does, why, allowedAt }: ManagerRule, level: SecurityLevel): string {
  const reason = why === null ? '' : `: ${why}`;
  const instead =
    why === null
      ? `The level "${allowedAt}" allows it`
      : `Choose what this level allows, or the level "${allowedAt}", which allows any`;
  return (
    `ComfyUI Manager's security level here is "${level}", at which nobody may ${does}${reason}. ` +
    `${instead}; whoever has the key can set it with ${SETTING}.`
  );
}

/** The event of a refused call. The query may hold anything, so it is not told. */
export function refusalEvent(
  { method, path }: Pick<ManagerCall, 'method' | 'path'>,
  rule: ManagerRule,
  level: SecurityLevel,
  by: Sender,
): NewEvent {
  return {
    type: 'manager.refused',
    severity: 'warning',
    message: `At level "${level}" nobody may ${rule.does}: refused ${by.ip}`,
    data: { level, rule: rule.does, why: rule.why, method, path: path.slice(0, 200), ...by },
  };
}
