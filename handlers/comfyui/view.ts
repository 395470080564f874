import type { Context } from '../../core/context.ts';
import type { Reply } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';
import { fileReply } from '../../core/proxy/file-reply.ts';
import { fileRequest } from '../../core/proxy/file-request.ts';

/**
 * GET /api/comfyui/view?filename=&subfolder=&type=&preview=: a file that ComfyUI keeps, as its own /view gives it, with
 * Range and conditions. 404 when there is none, 400 when ComfyUI refuses the name, 503 when it does not answer.
 */
export async function view(context: Context, request: Request): Promise<Reply> {
  return fileReply(await context.comfyui.send(fileRequest(request, request.rawQuery)));
}
