import type { Mailbox } from './mailbox.ts';

/** The reason of a signal that ends a loop without an error. */
export const CLOSED = Symbol('closed');

/**
 * Ends the mailbox at once when one of the signals is aborted, with its reason unless that is CLOSED; until the returned function
 * is called.
 */
export function endOnAbort(mailbox: Mailbox<unknown>, signals: readonly AbortSignal[]): () => void {
  const leave = (): void => {
    const reason: unknown = signals.find((signal) => signal.aborted)?.reason;
    mailbox.discard();
    if (reason === CLOSED) mailbox.end();
    else mailbox.fail(reason);
  };
  if (signals.some((signal) => signal.aborted)) leave();
  for (const signal of signals) signal.addEventListener('abort', leave);
  return () => {
    for (const signal of signals) signal.removeEventListener('abort', leave);
  };
}
