import type { StartedRun } from './answers.ts';
import type { Client } from './client.ts';
import { StudioError } from './error.ts';
import { followRun, isOver, type RunMessage } from './follow-run.ts';
import type { PromptId, RunProgress } from './wire.ts';

/** A run that can be watched, from wherever it was started, as often as wanted, also when it is over. */
export interface Run extends AsyncIterable<RunProgress> {
  readonly promptId: PromptId;
  /** What ComfyUI answered; null for a run that was started elsewhere. */
  readonly started: StartedRun | null;
  /** Its states and, when the client was told `previews`, its previews; ends when it is over. */
  messages(): AsyncIterable<RunMessage>;
  /** Its last state, once it is over; `node_outputs` has what it made. One that failed is a result as well: see `status`. */
  result(): Promise<RunProgress>;
  /** 409 when it is over already. It has ended when its state says so. */
  cancel(): Promise<void>;
}

/** `started`: what ComfyUI answered when this client started it. The signals end the watching. */
export function createRun(
  promptId: PromptId,
  client: Client,
  signals: readonly AbortSignal[],
  started: StartedRun | null = null,
): Run {
  const messages = () => followRun({ promptId, client, signals, isKnown: started !== null });

  async function* states(): AsyncGenerator<RunProgress, void, undefined> {
    for await (const message of messages()) if (message.type === 'progress') yield message.run;
  }

  return {
    promptId,
    started,
    messages,
    [Symbol.asyncIterator]: states,
    async result() {
      let last: RunProgress | undefined;
      for await (const state of states()) last = state;
      if (last === undefined || !isOver(last))
        throw new StudioError(0, 'The client was closed before the run was over.');
      return last;
    },
    cancel: () => client.cancel(promptId),
  };
}
