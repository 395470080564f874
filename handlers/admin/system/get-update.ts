import type { Context } from '../../../core/context.ts';
import { json, type Reply } from '../../../core/http/reply.ts';

/**
 * GET /api/admin/system/update: `{configured, update}`, the one that runs or ran last, or null. Also after a restart. While one
 * runs maintenance is on, and this answers only when the owner has ended that by hand.
 */
export function getUpdate({ config, updates }: Context): Reply {
  return json({ configured: config.updateCommand !== null, update: updates.last });
}
