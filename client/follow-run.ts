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
  /** They end the loop, with the reason as the error, unless that is CLOSED. */
  readonly signals: readonly AbortSignal[];
  /** Whether the run exists for certain. If not, 404 to the first question is the end. */
  readonly isKnown: boolean;
  readonly patience?: Patience;
}

/** In ms. */
export interface Patience {
  /** After an answer that does not help. */
  readonly askAgainMs: number;
  /** After the latest state, while the stream is live: whatever goes wrong there, the end of a run is not missed. */
  readonly quietMs: number;
  /** A Studio that has just started may need so long to find the open runs again. */
  readonly unknownMs: number;
}

const PATIENCE: Patience = { askAgainMs: 1000, quietMs: 15_000, unknownMs: 30_000 };

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
  signals,
  isKnown,
  patience = PATIENCE,
}: FollowOptions): AsyncGenerator<RunMessage, void, undefined> {
  const mailbox = createMailbox<RunMessage>();
  const done = new AbortController();
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
    if (state !== latest) mailbox.put('progress', { type: 'progress', run });
    latest = state;
    if (isOver(run)) mailbox.end();
    askIn(patience.quietMs);
  }

  /** Until the stream is live there is no use in asking: then Studio is asked in any case. */
  function askIn(ms: number): void {
    clearTimeout(askAgain);
    if (isLive && !mailbox.isEnding) askAgain = setTimeout(() => void ask(), ms);
  }

  async function ask(): Promise<void> {
    clearTimeout(askAgain);
    asked += 1;
    const mine = asked;
    try {
      const run = await client.status(promptId, { signal: done.signal });
      if (mine === asked || isOver(run)) take(run);
    } catch (error) {
      if (mine !== asked || done.signal.aborted) return;
      if (isPassing(error)) askIn(patience.askAgainMs);
      else mailbox.fail(error);
    }
  }

  function isPassing(error: unknown): boolean {
    if (!(error instanceof StudioError)) return false;
    if (error.status !== 404) return error.status === 0 || error.status === 429 || error.status >= 500;
    if (!known) return false;
    unknownSince ??= Date.now();
    return Date.now() - unknownSince < patience.unknownMs;
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

  const stopWaiting = endOnAbort(mailbox, signals);
  let stop = (): void => {};
  try {
    // A run that is over already needs no stream.
    void ask().then(() => {
      if (!mailbox.isEnding && !done.signal.aborted) stop = client.listen(hear);
    });
    yield* mailbox;
  } finally {
    done.abort();
    stop();
    clearTimeout(askAgain);
    stopWaiting();
  }
}
