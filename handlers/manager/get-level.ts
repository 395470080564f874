import type { Context } from '../../core/context.ts';
import { json, type Reply } from '../../core/http/reply.ts';
import { SECURITY_LEVELS } from '../../core/proxy/manager-level.ts';
import { refusedAt } from '../../core/proxy/manager-summary.ts';

/**
 * GET /api/admin/manager/security-level: `{level, levels: [{level, refuses: [{does, unless}]}]}`, the strictest first.
 * `refuses` says what nobody may do at that level, `unless` the body is such, or null.
 */
export function getSecurityLevel(context: Context): Reply {
  const levels = SECURITY_LEVELS.map((level) => ({ level, refuses: refusedAt(level) }));
  return json({ level: context.managerLevel.get(), levels });
}
