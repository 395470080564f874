import { HttpError } from '../../core/http/http-error.ts';
import type { PromptId } from '../../core/runs/run.ts';

export interface StreamOptions {
  /** The one run to be told of; null for all. */
  readonly promptId: PromptId | null;
  /** The last event that is known already; null for somebody who knows none. */
  readonly since: number | null;
  readonly previews: 'off' | 'raw' | 'tagged';
}

/** ComfyUI's own have 36, others may call theirs what they like. */
const LONGEST_PROMPT_ID = 256;

/** The stream's options. Others are left alone; throws HttpError 400 for what cannot be meant. */
export function readStreamOptions(query: URLSearchParams): StreamOptions {
  const promptId = single(query, 'prompt_id');
  if (promptId !== null && (promptId === '' || promptId.length > LONGEST_PROMPT_ID))
    throw new HttpError(400, `prompt_id must have 1 to ${LONGEST_PROMPT_ID} characters`);
  const since = single(query, 'since');
  if (since !== null && !/^\d{1,15}$/.test(since))
    throw new HttpError(400, 'since must be the id of an event: a whole number of at most 15 digits');
  const previews = single(query, 'previews') ?? 'raw';
  if (previews !== 'off' && previews !== 'raw' && previews !== 'tagged')
    throw new HttpError(400, 'previews must be off, raw or tagged');
  return { promptId, since: since === null ? null : Number(since), previews };
}

function single(query: URLSearchParams, name: string): string | null {
  const [value = null, ...others] = query.getAll(name);
  if (others.length > 0) throw new HttpError(400, `${name} must be given once`);
  return value;
}
