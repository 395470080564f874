import type { Mailbox } from './mailbox.ts';

/** The reason of a signal that ends a loop without an error. */
export const CLOSED = Symbol('closed');

/** Ends the mailbox when the signal is aborted, with its reason unless that is CLOSED; until the returned function is called. */
export function endOnAbort(mailbox: Mailbox<unknown>, signal: AbortSignal): () => void {
  const leave = (): void => {
    if (signal.reason === CLOSED) mailbox.end();
    else mailbox.fail(signal.reason);
  };
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave);
  return () => signal.removeEventListener('abort', leave);
}
