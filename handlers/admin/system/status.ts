import type { Context } from '../../../core/context.ts';
import { json, type Reply } from '../../../core/http/reply.ts';

/**
 * GET /api/admin/system/status: versions, uptime, ComfyUI and its devices, queue, viewers, disk and memory (bytes); at most
 * a second old. A ComfyUI that is slow or away does not hold it up: then `comfyui.stale` is true, or it is not `reachable`.
 */
export async function systemStatus(context: Context): Promise<Reply> {
  return json(await context.status());
}
