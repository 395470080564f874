import { StudioError } from './error.ts';
import { runOf } from './frames.ts';
import { type Fields, fieldsOf, listOf, numberOf, textOf } from './json.ts';
import type { PromptId, RunProgress } from './wire.ts';

export interface CallOptions {
  /** Ends the waiting for an answer; what Studio has begun to do it still does. */
  readonly signal?: AbortSignal | undefined;
}

/** ComfyUI took the run. `node_errors` is not empty when it leaves some of the outputs out. */
export interface StartedRun {
  readonly prompt_id: PromptId;
  readonly number: number;
  readonly node_errors: Fields;
  /** The run as it was when the call had waited for it. */
  readonly run?: RunProgress;
}

/** A run in a list; which other members it has depends on Studio's version. */
export interface ListedRun extends Fields {
  readonly prompt_id: PromptId;
}

export function startedRunOf(fields: Fields | null): StartedRun | null {
  const prompt_id = textOf(fields?.prompt_id);
  if (fields === null || prompt_id === null) return null;
  const run = fieldsOf(fields.run);
  const progress = run && runOf(run);
  return {
    prompt_id,
    number: numberOf(fields.number) ?? 0,
    node_errors: fieldsOf(fields.node_errors) ?? {},
    ...(progress !== null && { run: progress }),
  };
}

export function listedRuns(value: unknown): ListedRun[] {
  return listOf(value).flatMap((item) => {
    const fields = fieldsOf(item);
    const prompt_id = textOf(fields?.prompt_id);
    return prompt_id === null ? [] : [{ ...fields, prompt_id }];
  });
}

/** What was made of an answer. Throws StudioError when that is nothing. */
export function understood<T>(answer: T | null): T {
  if (answer === null) throw new StudioError(0, 'What answered does not speak as Studio does.');
  return answer;
}
