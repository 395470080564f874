import type { Context } from '../../core/context.ts';
import { mediaType } from '../../core/http/body-readers.ts';
import { HttpError } from '../../core/http/http-error.ts';
import { type Reply, stream } from '../../core/http/reply.ts';
import type { Request } from '../../core/http/request.ts';
import { discard } from '../../core/proxy/file-reply.ts';

/** What ComfyUI says of the upload itself; any other refusal is between it and Studio. */
const PASSED_ON: Readonly<Record<number, string>> = {
  400: 'ComfyUI refuses the upload: it needs a file in the field `image`, and a name within its folder',
  413: 'The upload is larger than ComfyUI takes',
};

/**
 * POST /api/run/upload-image: a form (multipart/form-data: image, type?, subfolder?, overwrite?), streamed to ComfyUI's
 * /upload/image. 200 `{name, subfolder, type}` in ComfyUI's words; 400, 413 or 415 when it cannot be taken.
 */
export async function uploadImage(context: Context, request: Request): Promise<Reply> {
  if (mediaType(request) !== 'multipart/form-data')
    throw new HttpError(415, 'The body must be multipart/form-data with the file in the field `image`');
  const body = request.stream();
  if (body === null) throw new HttpError(400, 'The body is empty');
  const answer = await context.comfyui.send({
    method: 'POST',
    path: '/upload/image',
    lines: `content-type: ${request.header('content-type')}\r\n`,
    body,
    client: request,
  });
  if (answer.status === 200)
    return stream(answer.body, { 'Content-Type': 'application/json; charset=utf-8' });
  discard(answer);
  const detail = PASSED_ON[answer.status];
  if (detail !== undefined) throw new HttpError(answer.status, detail);
  throw new HttpError(502, `ComfyUI failed to take the upload (status ${answer.status})`);
}
