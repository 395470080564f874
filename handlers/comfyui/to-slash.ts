import type { Context } from '../../core/context.ts';
import { type Reply, redirect } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';

/** GET /comfyui: the editor finds everything relative to where it is, so it has to be in a folder. */
export function toSlash(_context: Context, { path, rawQuery }: Request): Reply {
  return redirect(rawQuery === '' ? `${path}/` : `${path}/?${rawQuery}`, 308);
}
