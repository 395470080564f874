import { stringify } from 'lossless-json';
import { HttpError } from '../http/http-error.ts';
import { parseJson } from '../http/json-body.ts';

/** A body as it is judged: the value that was read, or why there is none. */
export type ManagerBody =
  | { readonly read: true; readonly value: unknown }
  | { readonly read: false; readonly why: string };

/** The largest body that is collected to be judged, in bytes. A batch of a thousand nodes is within it. */
export const MANAGER_BODY_LIMIT = 4 * 1024 * 1024;

/** For a body that is larger than MANAGER_BODY_LIMIT. */
export const TOO_LARGE: ManagerBody = { read: false, why: 'its body is too large to be judged' };

/**
 * Reads a body that decides. Whatever ComfyUI might read differently is refused: another Content-Encoding or charset
 * than none and UTF-8, a name twice, what is not JSON. The media type does not matter: aiohttp ignores it too.
 * `header` gives a request header's value, all its lines joined, or ''.
 */
export function readManagerBody(header: (name: string) => string, bytes: Uint8Array): ManagerBody {
  const encoding = header('content-encoding').trim().toLowerCase();
  if (encoding !== '' && encoding !== 'identity') return { read: false, why: 'its body is compressed' };
  if (!isUtf8(header('content-type'))) return { read: false, why: 'its body is not in UTF-8' };
  if (bytes.byteLength === 0) return { read: false, why: 'it has no body' };
  try {
    return { read: true, value: parseJson(bytes) };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return { read: false, why: error.detail.replace(/^The body/, 'its body') };
  }
}

/**
 * The bytes to send on in place of the body: what was judged and nothing else, integers of any size exact. They go with
 * their own Content-Length and with JSON_TYPE, whatever the client's headers said.
 */
export function writeManagerBody(value: unknown): Buffer {
  return Buffer.from(stringify(value) ?? 'null');
}

export const JSON_TYPE = 'application/json';

/** No charset, or once and plainly UTF-8; RFC 2231's `charset*=` is another spelling of another charset. */
function isUtf8(contentType: string): boolean {
  return !/charset/i.test(contentType) || /^[^;,]*;\s*charset="?utf-?8"?\s*$/i.test(contentType);
}
