import { contentDisposition } from '../http/content-disposition.ts';
import { HttpError } from '../http/http-error.ts';
import { type Headers, type Reply, stream } from '../http/reply.ts';
import { isMedia } from './media-type.ts';
import type { UpstreamAnswer } from './upstream.ts';

/** What of ComfyUI's answer to /view goes on to the client: the spelling here, by the lower-case name. */
const PASSED = new Map([
  ['content-type', 'Content-Type'],
  ['content-range', 'Content-Range'],
  ['accept-ranges', 'Accept-Ranges'],
  ['etag', 'ETag'],
  ['last-modified', 'Last-Modified'],
]);

const CLEAN = /^[\t\x20-\x7e]*$/;

/** A picture may be looked at by itself, in the page that a browser makes around it. */
const MEDIA_POLICY =
  "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'";

/** Anything else runs nothing, whatever it holds, and is nobody: not this origin. */
const FILE_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'";

/**
 * A file that ComfyUI keeps, as a reply of Studio's own: whole, a part (206), or not changed (304). Others' files may be in
 * it, so only media are anything more than bytes to the browser. Throws HttpError 404, 400 or 502 for what is no file.
 */
export function fileReply(answer: UpstreamAnswer, headers: Headers = {}): Reply {
  const { status, body } = answer;
  if (status !== 200 && status !== 206 && status !== 304 && status !== 416) {
    discard(answer);
    throw notAFile(status);
  }
  const passed: Record<string, string> = {};
  for (const { key, value } of answer.fields) {
    const name = PASSED.get(key);
    if (name !== undefined && CLEAN.test(value)) passed[name] = value;
    if (key === 'content-disposition') passed['Content-Disposition'] = restated(value);
  }
  const hasValidator = passed.ETag !== undefined || passed['Last-Modified'] !== undefined;
  return stream(
    body,
    {
      ...passed,
      'Content-Security-Policy': isMedia(passed['Content-Type'] ?? '') ? MEDIA_POLICY : FILE_POLICY,
      // Kept by the one browser it went to, which asks each time whether it still holds, and with that whether it still may.
      'Cache-Control': hasValidator ? 'private, no-cache' : 'no-store',
      ...headers,
    },
    status,
  );
}

/** ComfyUI writes the name's bytes between the quotes, whatever they are; in a header of Studio's own there is ASCII only. */
function restated(disposition: string): string {
  const kind = /^\s*attachment\b/i.test(disposition) ? 'attachment' : 'inline';
  const [, name] = /filename="(.*)"/.exec(Buffer.from(disposition, 'latin1').toString()) ?? [];
  return name === undefined ? kind : contentDisposition(kind, name);
}

/** Lets go of an answer whose body nobody reads. */
export function discard({ body }: UpstreamAnswer): void {
  if (!(body instanceof Uint8Array)) body.abort();
}

function notAFile(status: number): HttpError {
  if (status === 404) return new HttpError(404, 'ComfyUI has no such file');
  if (status === 400 || status === 403) return new HttpError(400, 'ComfyUI refuses this file name');
  return new HttpError(502, `ComfyUI failed to give the file (status ${status})`);
}
