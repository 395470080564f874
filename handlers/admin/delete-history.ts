import { z } from 'zod';
import type { Context } from '../../core/context.ts';
import { json, type Reply } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';

const Body = z.union(
  [
    z.strictObject({ prompt_ids: z.array(z.string().min(1).max(256)).min(1).max(1000) }),
    z.strictObject({ all: z.literal(true) }),
  ],
  'write {"prompt_ids": [...]}, up to 1000 of them, or {"all": true}',
);

/**
 * POST /api/admin/history/delete `{prompt_ids: [...]}` or `{all: true}`: forgets runs that are over, here and in ComfyUI's history.
 * 200 `{"deleted": [prompt_id]}`: those that were known and over. Pictures stay where ComfyUI put them.
 */
export async function deleteHistory({ runs }: Context, request: Request): Promise<Reply> {
  const body = request.json(Body);
  return json({ deleted: await runs.erase('all' in body ? 'all' : body.prompt_ids) });
}
