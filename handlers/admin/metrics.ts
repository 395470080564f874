import type { Context } from '../../core/context.ts';
import type { Reply } from '../../core/http/reply.ts';

/**
 * GET /api/metrics: all that is counted, in Prometheus's text format 0.0.4. No path that was asked for, no address, no run's id
 * and no secret is in it. It asks ComfyUI whether it is there, and waits 0.3 s for that at most.
 */
export async function metrics({ exposition }: Context): Promise<Reply> {
  const { text, contentType } = await exposition();
  return { status: 200, headers: { 'Content-Type': contentType }, body: text };
}
