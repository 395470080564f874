import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Prompt, PromptId } from '../../../core/runs/run.ts';

const FOLDER = new URL('../../fixtures/comfyui/', import.meta.url);

/** One frame that ComfyUI sent to one of its clients. */
export interface Frame {
  /** Milliseconds since the recording began. */
  readonly at: number;
  /** Which connection got it. */
  readonly client: string;
  readonly data: string | Buffer;
}

export interface Recording {
  readonly name: string;
  readonly frames: readonly Frame[];
  /** The prompts that were queued meanwhile, as far as they are in the recording. */
  readonly prompts: ReadonlyMap<PromptId, Prompt>;
  /** What GET /history/{id} answered meanwhile. */
  readonly histories: ReadonlyMap<PromptId, unknown>;
}

const Line = z.object({
  t_ms: z.number(),
  dir: z.string(),
  kind: z.string(),
  client: z.string().default(''),
  data: z.unknown().optional(),
});
const Exchange = z.object({
  method: z.string(),
  path: z.string(),
  request_body: z.unknown().optional(),
  response_body: z.unknown().optional(),
});
const Queued = z.object({
  request: z.object({
    prompt: z.record(
      z.string(),
      z.object({ class_type: z.string(), inputs: z.record(z.string(), z.unknown()) }),
    ),
  }),
  answer: z.object({ prompt_id: z.string() }),
});

/** Every recorded WebSocket session. */
export function recordings(): Recording[] {
  const names = readdirSync(FOLDER).filter((name) => /^ws_.*\.jsonl$/.test(name));
  return names.sort().map((name) => recording(name.replace('.jsonl', '')));
}

export function recording(name: string): Recording {
  const frames: Frame[] = [];
  const prompts = new Map<PromptId, Prompt>();
  const histories = new Map<PromptId, unknown>();
  const text = readFileSync(new URL(`${name}.jsonl`, FOLDER), 'utf8');
  for (const line of text.split('\n').filter((line) => line !== '')) {
    const { t_ms: at, dir, kind, client, data } = Line.parse(JSON.parse(line));
    if (dir === 'recv' && kind === 'text') frames.push({ at, client, data: String(data) });
    if (dir === 'recv' && kind === 'binary')
      frames.push({ at, client, data: Buffer.from(String(data), 'base64') });
    if (kind === 'http') {
      const exchange = Exchange.parse(data);
      const answer = json(exchange.response_body);
      const queued = Queued.safeParse({ request: json(exchange.request_body), answer });
      if (queued.success) prompts.set(queued.data.answer.prompt_id, queued.data.request.prompt);
      const [, id] = /^\/history\/(.+)$/.exec(exchange.path) ?? [];
      if (id !== undefined) histories.set(id, answer);
    }
  }
  return { name, frames, prompts, histories };
}

/** The text frames of one type, of all connections. */
export function framesOfType(from: Recording, type: string): string[] {
  return from.frames.flatMap(({ data }) =>
    typeof data === 'string' && data.startsWith(`{"type": "${type}"`) ? [data] : [],
  );
}

function json(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
