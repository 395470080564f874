import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** An HTTP exchange of a recording. */
const exchange = z.object({
  note: z.string().optional(),
  method: z.string(),
  path: z.string(),
  request_headers: z.record(z.string(), z.string()),
  request_body: z.string().optional(),
  request_body_b64: z.string().optional(),
  status: z.number(),
  response_headers: z.record(z.string(), z.string()),
  response_body: z.string().optional(),
  response_body_b64: z.string().optional(),
});
const handshake = z.object({
  path: z.string(),
  request_headers: z.record(z.string(), z.string()),
  status: z.number(),
  response_headers: z.record(z.string(), z.string()),
});
const common = { t_ms: z.number(), client: z.string().default('') };
const close = z.object({ code: z.number(), reason: z.string() });
const line = z.discriminatedUnion('kind', [
  z.object({ ...common, dir: z.string(), kind: z.literal('text'), data: z.string() }),
  z.object({ ...common, dir: z.string(), kind: z.enum(['binary', 'ping', 'pong']), data: z.string() }),
  z.object({ ...common, dir: z.string(), kind: z.literal('close'), data: close }),
  z.object({
    ...common,
    dir: z.string(),
    kind: z.enum(['tcp_end', 'tcp_abort', 'compressed']),
    data: z.unknown(),
  }),
  z.object({ ...common, dir: z.literal('note'), kind: z.literal('handshake'), data: handshake }),
  z.object({ ...common, dir: z.literal('note'), kind: z.literal('http'), data: exchange }),
]);

export type Exchange = z.infer<typeof exchange>;
export type RecordedLine = z.infer<typeof line>;

const folder = new URL('../../fixtures/comfyui/', import.meta.url);

/** The lines of `ws_<name>.jsonl`: frames, and what the client did between them. */
export function readSocketRecording(name: string): RecordedLine[] {
  return readLines(`ws_${name}`).map((text) => line.parse(JSON.parse(text)));
}

/** The exchanges of `http_<name>.jsonl`. */
export function readHttpRecording(name: string): Exchange[] {
  return readLines(`http_${name}`).map((text) => exchange.parse(JSON.parse(text)));
}

function readLines(name: string): string[] {
  return readFileSync(new URL(`${name}.jsonl`, folder), 'utf8')
    .split('\n')
    .filter((text) => text !== '');
}
