import type { Context } from '../../../core/context.ts';
import { json, type Reply } from '../../../core/http/reply.ts';

/**
 * GET /api/admin/system/security: `{checks: [{id, state, found, todo}], worst}`, whether this pod is safe; `state` and
 * `worst` are green, amber or red. What cannot be known here is left out. `studio doctor` tells the same.
 */
export async function security(context: Context): Promise<Reply> {
  return json(await context.posture());
}
