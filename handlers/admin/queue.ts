import type { Context } from '../../core/context.ts';
import { json, type Reply } from '../../core/http/reply.ts';

/**
 * GET /api/admin/queue: `{comfyui_connected, running: [run], pending: [run]}`, the runs that are not over, in the order in which
 * they are going to run, whoever started them. A run has the form of the stream's progress frames.
 */
export function queue({ runs }: Context): Reply {
  const open = runs.list().filter(({ ended_at }) => ended_at === null);
  return json({
    comfyui_connected: runs.connected,
    running: open.filter(({ status }) => status === 'running'),
    pending: open.filter(({ status }) => status === 'queued'),
  });
}
