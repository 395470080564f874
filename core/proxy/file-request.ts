import type { Request } from '../http/request.ts';
import type { UpstreamRequest } from './upstream.ts';

/** What of a request for a file matters to ComfyUI: conditions and ranges (RFC 9110, 13 and 14). */
const PASSED = ['range', 'if-range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];

/** A request to ComfyUI's /view on behalf of this one. `query`: in the bytes that are to be sent. */
export function fileRequest(request: Request, query: string): UpstreamRequest {
  const lines = PASSED.map((name) => {
    const value = request.header(name);
    return value === '' ? '' : `${name}: ${value}\r\n`;
  });
  return {
    method: request.method === 'HEAD' ? 'HEAD' : 'GET',
    path: query === '' ? '/view' : `/view?${query}`,
    lines: lines.join(''),
    body: null,
    client: request,
  };
}
