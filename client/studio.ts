import type { CallOptions } from './answers.ts';
import type { StartOptions } from './calls.ts';
import type { Client } from './client.ts';
import { CLOSED } from './closing.ts';
import { followMessages } from './follow-messages.ts';
import type { Message } from './message.ts';
import { createRun, type Run } from './run.ts';
import type { Prompt, PromptId } from './wire.ts';

/** Studio, from afar. Its WebSocket is open while somebody listens, watches or waits, and comes back when it is lost. */
export interface Studio extends Client {
  /**
   * What `listen` hears as a loop, which may be slow: then it gets each run's newest state and preview only, but every event.
   * It ends when the client is closed. Throws StudioError 401 when logged out, and when 10,000 messages are left unread.
   */
  messages(options?: CallOptions): AsyncIterable<Message>;
  /** `start`, and the run to watch. The signal ends the watching too, not the run. */
  run(prompt: Prompt, options?: StartOptions): Promise<Run>;
  run(body: string, options?: CallOptions): Promise<Run>;
  /** A run that was started elsewhere or before. Watching throws StudioError 404 when Studio does not know it. */
  watch(promptId: PromptId, options?: CallOptions): Run;
  /** Lets go of the connection and ends every loop, for good. */
  close(): void;
}

export function createStudio(client: Client): Studio {
  const closing = new AbortController();

  const endsOf = (signal?: AbortSignal): readonly AbortSignal[] =>
    signal === undefined ? [closing.signal] : [closing.signal, signal];

  return {
    ...client,
    messages: ({ signal } = {}) => followMessages(client, endsOf(signal)),
    async run(workflow: Prompt | string, options: StartOptions = {}) {
      const started =
        typeof workflow === 'string'
          ? await client.start(workflow, options)
          : await client.start(workflow, options);
      return createRun(started.prompt_id, client, endsOf(options.signal), started);
    },
    watch: (promptId, { signal } = {}) => createRun(promptId, client, endsOf(signal)),
    close() {
      client.close();
      closing.abort(CLOSED);
    },
  };
}
