import type { Client } from './client.ts';
import { endOnAbort } from './closing.ts';
import { StudioError } from './error.ts';
import type { Link } from './link.ts';
import { createMailbox } from './mailbox.ts';
import type { Message, PreviewMessage, ProgressMessage } from './message.ts';
import type { PromptId, RunProgress } from './wire.ts';

export type RunMessage = ProgressMessage | PreviewMessage;

export interface FollowOptions {
  readonly promptId: PromptId;
  readonly client: Pick<Client, 'listen' | 'status'>;
  /** Ends the loop, with its reason as the error, unless that is CLOSED. */
  readonly signal: AbortSignal;
  /** Whether the run exists for certain. If not, 404 to the first question is the end. */
  readonly isKnown: boolean;
}

/** How long after an answer that does not help Studio is asked again, in ms. */
const ASK_AGAIN_MS = 1000;

/** A Studio that has just started may need so long, in ms, to find the open runs again. */
const UNKNOWN_FOR_MS = 30_000;

/** Events that a run ends with. Its last state may have been lost on the way, they never are. */
const ENDINGS: ReadonlySet<string> = new Set(['job.completed', 'job.failed', 'job.cancelled', 'job.stalled']);

/** Whether the run has ended, well or badly. It will not change any more. */
export function isOver({ status }: RunProgress): boolean {
  return status !== 'queued' && status !== 'running';
}

/**
 * The states of a run, the newest of them when the reader is slow, and its previews, to its end. The stream tells them; Studio
 * is asked at the beginning, after every interruption, and when the run's end was told but its last state did not come.
 * Throws StudioError: 404 when Studio does not know the run, 401 when logged out.
 */
export async function* followRun({
  promptId,
  client,
  signal,
  isKnown,
}: FollowOptions): AsyncGenerator<RunMessage, void, undefined> {
  const mailbox = createMailbox<RunMessage>();
  const done = new AbortController();
  const asking = AbortSignal.any([done.signal, signal]);
  let asked = 0;
  let askAgain: ReturnType<typeof setTimeout> | undefined;
  let unknownSince: number | null = null;
  let isLive = false;
  let known = isKnown;
  let latest = '';

  function take(run: RunProgress): void {
    // An answer that is on its way is older than this.
    asked += 1;
    known = true;
    unknownSince = null;
    const state = JSON.stringify(run);
    if (state === latest) return;
    latest = state;
    mailbox.put('progress', { type: 'progress', run });
    if (isOver(run)) mailbox.end();
  }

  async function ask(): Promise<void> {
    clearTimeout(askAgain);
    asked += 1;
    const mine = asked;
    try {
      const run = await client.status(promptId, { signal: asking });
      if (mine === asked || isOver(run)) take(run);
    } catch (error) {
      if (mine !== asked || asking.aborted) return;
      if (!isPassing(error)) mailbox.fail(error);
      // Until the stream is back there is no use in asking: then it is asked in any case.
      else if (isLive) askAgain = setTimeout(() => void ask(), ASK_AGAIN_MS);
    }
  }

  function isPassing(error: unknown): boolean {
    if (!(error instanceof StudioError)) return false;
    if (error.status !== 404) return error.status === 0 || error.status === 429 || error.status >= 500;
    if (!known) return false;
    unknownSince ??= Date.now();
    return Date.now() - unknownSince < UNKNOWN_FOR_MS;
  }

  function hear(message: Message): void {
    switch (message.type) {
      case 'progress':
        if (message.run.prompt_id === promptId) take(message.run);
        break;
      case 'preview':
        if (message.preview.prompt_id === promptId) mailbox.put('preview', message);
        break;
      case 'event':
        if (message.event.data.prompt_id === promptId && ENDINGS.has(message.event.type)) void ask();
        break;
      case 'link':
        hearLink(message.link);
    }
  }

  function hearLink({ state }: Link): void {
    isLive = state === 'live';
    if (isLive) return void ask();
    clearTimeout(askAgain);
    unknownSince = null;
    if (state === 'logged-out') mailbox.fail(new StudioError(401, 'Not authenticated'));
  }

  const stopWaiting = endOnAbort(mailbox, signal);
  let stop = (): void => {};
  try {
    await ask();
    if (!mailbox.isEnding) stop = client.listen(hear);
    yield* mailbox;
  } finally {
    stop();
    clearTimeout(askAgain);
    done.abort();
    stopWaiting();
  }
}
