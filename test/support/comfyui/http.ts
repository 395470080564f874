import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

export interface StandInRequest {
  readonly method: string;
  /** Without the query and without a leading /api; still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface StandInReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export const maxBodyBytes = 104857600;

export function json(value: unknown, status = 200): StandInReply {
  const headers = { 'Content-Type': 'application/json; charset=utf-8' };
  return { status, headers, body: JSON.stringify(value) };
}

/** No body, no content type. */
export function empty(status = 200): StandInReply {
  return { status };
}

export function plain(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): StandInReply {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers }, body: text };
}

/** aiohttp's answer to an exception in a handler. */
export function serverError(): StandInReply {
  const text = '500 Internal Server Error\n\nServer got itself in trouble';
  return plain(500, text, { Connection: 'close' });
}

/** What ComfyUI's static route answers for a path nobody has. */
export function notFound(): StandInReply {
  return {
    status: 404,
    headers: { 'Content-Type': 'application/octet-stream', 'Transfer-Encoding': 'chunked' },
  };
}

/** The whole body, or undefined when it is over 100 MiB. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) continue;
    size += chunk.length;
    if (size > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Writes a reply; HEAD is answered with the headers of GET. */
export function writeReply(response: ServerResponse, reply: StandInReply): void {
  const body = Buffer.from(reply.body ?? '');
  const headers: Record<string, string> = { Server: 'Python/3.13 aiohttp/3.11.16', ...reply.headers };
  const hasLength = reply.status !== 304 && reply.status !== 204 && !('Transfer-Encoding' in headers);
  if (hasLength) headers['Content-Length'] ??= String(body.length);
  response.writeHead(reply.status, headers);
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
