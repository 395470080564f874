import { endOnAbort } from './closing.ts';
import { StudioError } from './error.ts';
import { createMailbox } from './mailbox.ts';
import type { Message } from './message.ts';
import type { Stream } from './stream.ts';

/** All that the stream tells, for a reader that may be slow, until a signal is aborted. Throws StudioError 401 when logged out. */
export async function* followMessages(
  stream: Pick<Stream, 'listen'>,
  signals: readonly AbortSignal[],
): AsyncGenerator<Message, void, undefined> {
  const mailbox = createMailbox<Message>();
  const stopWaiting = endOnAbort(mailbox, signals);
  const stop = stream.listen((message) => {
    mailbox.put(keyOf(message), message);
    if (message.type === 'link' && message.link.state === 'logged-out')
      mailbox.fail(new StudioError(401, 'Not authenticated'));
  });
  try {
    yield* mailbox;
  } finally {
    stop();
    stopWaiting();
  }
}

/** Messages with one key are news of one thing, and only the newest of them counts; every event is a thing of its own. */
function keyOf(message: Message): string {
  switch (message.type) {
    case 'progress':
      return `progress ${message.run.prompt_id}`;
    case 'preview':
      return `preview ${message.preview.prompt_id}`;
    case 'event':
      return `event ${message.event.id}`;
    case 'link':
      return 'link';
  }
}
