import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Files } from './files.ts';
import type { History } from './history.ts';
import { empty, json, type StandInReply, type StandInRequest, serverError } from './http.ts';
import type { PromptQueue } from './queue.ts';
import { validatePrompt } from './validate.ts';

/** What the run routes work on. */
export interface RunServices {
  readonly queue: PromptQueue;
  readonly history: History;
  readonly files: Files;
  /** Empties the cache once nothing runs. */
  readonly free: () => void;
}

const posted = z.looseObject({
  prompt: z.record(z.string(), z.record(z.string(), z.unknown())),
  prompt_id: z.unknown().optional(),
  client_id: z.unknown().optional(),
  number: z.union([z.number(), z.string()]).transform(Number).pipe(z.number()).optional(),
  front: z.unknown().optional(),
  extra_data: z.record(z.string(), z.unknown()).default({}),
  partial_execution_targets: z.array(z.unknown()).nullish(),
});
const object = z.record(z.string(), z.unknown());
const deletion = z.object({ clear: z.unknown().optional(), delete: z.array(z.unknown()).optional() });

/** POST /prompt, /queue, /interrupt, /free and the history, with the numbering of a server's runs. */
export class RunsApi {
  readonly #services: RunServices;
  #nextNumber = 0;

  constructor(services: RunServices) {
    this.#services = services;
  }

  /** Numbers begin again at 0, as after a restart. */
  forget(): void {
    this.#nextNumber = 0;
  }

  prompt(request: StandInRequest): StandInReply {
    const body = readJson(request);
    if (body === undefined) return serverError();
    const parsed = posted.safeParse(body.value);
    if (!parsed.success) return this.#refuse(body.value);
    const { data } = parsed;
    const number = data.number ?? (data.front === true ? -this.#nextNumber++ : this.#nextNumber++);
    const { queue, files } = this.#services;
    const checked = validatePrompt(data.prompt, data.partial_execution_targets ?? null, files);
    if (checked.error) return json({ error: checked.error, node_errors: checked.nodeErrors }, 400);
    const prompt_id = data.prompt_id === undefined ? randomUUID() : String(data.prompt_id);
    const extra = { ...data.extra_data, ...(data.client_id !== undefined && { client_id: data.client_id }) };
    queue.put([number, prompt_id, checked.prompt, extra, checked.outputs]);
    return json({ prompt_id, number, node_errors: checked.nodeErrors });
  }

  /** A body without a prompt is a client's mistake; a prompt of the wrong shape breaks the handler. */
  #refuse(body: unknown): StandInReply {
    if (object.safeParse(body).data?.prompt !== undefined || typeof body !== 'object') return serverError();
    const [message, details] = ['No prompt provided', 'No prompt provided'];
    return json({ error: { type: 'no_prompt', message, details, extra_info: {} }, node_errors: {} }, 400);
  }

  promptInfo(): StandInReply {
    return json({ exec_info: { queue_remaining: this.#services.queue.remaining } });
  }

  queue(): StandInReply {
    const { queue } = this.#services;
    return json({ queue_running: queue.running, queue_pending: queue.pending });
  }

  changeQueue(request: StandInRequest): StandInReply {
    const body = deletion.safeParse(readJson(request)?.value);
    if (!body.success) return serverError();
    if (body.data.clear) this.#services.queue.clear();
    for (const id of body.data.delete ?? []) this.#services.queue.delete(String(id));
    return empty();
  }

  /** What is not JSON counts as an interrupt of whatever runs. */
  interrupt(request: StandInRequest): StandInReply {
    const body = readJson(request);
    const parsed = object.safeParse(body?.value ?? {});
    if (!parsed.success) return serverError();
    const id = parsed.data.prompt_id;
    const { queue } = this.#services;
    if (!id || queue.running.some((item) => item[1] === id)) queue.abort('interrupted');
    return empty();
  }

  free(request: StandInRequest): StandInReply {
    const body = object.safeParse(readJson(request)?.value);
    if (!body.success) return serverError();
    if (body.data.free_memory === true) this.#services.free();
    return empty();
  }

  history(request: StandInRequest): StandInReply {
    const maxItems = wholeNumber(request.query.get('max_items'));
    const offset = wholeNumber(request.query.get('offset'));
    if (Number.isNaN(maxItems) || Number.isNaN(offset)) return serverError();
    return json(
      this.#services.history.page(maxItems, offset === undefined || offset < 0 ? undefined : offset),
    );
  }

  historyOf(id: string): StandInReply {
    return json(this.#services.history.one(decodeURIComponent(id)));
  }

  changeHistory(request: StandInRequest): StandInReply {
    const body = deletion.safeParse(readJson(request)?.value);
    if (!body.success) return serverError();
    if (body.data.clear) this.#services.history.clear();
    for (const id of body.data.delete ?? []) this.#services.history.delete(String(id));
    return empty();
  }
}

/** The body's value in a box, or undefined when it is not JSON. */
function readJson(request: StandInRequest): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(request.body.toString()) };
  } catch {
    return undefined;
  }
}

/** Undefined when it is not given, NaN when it is no whole number. */
function wholeNumber(text: string | null): number | undefined {
  if (text === null) return undefined;
  return /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
}
