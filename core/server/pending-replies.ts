import type { HttpResponse } from 'uWebSockets.js';

/** A reply that could not be written at once. */
export interface PendingReply {
  /** The client went away: nothing may be done with the response any more. */
  readonly gone: boolean;
  /** It is written, or the client is gone: nothing more is to be done with the response. */
  readonly settled: boolean;
  /** Calls back, in order, when the client goes away before the reply is settled; at once when it has. */
  onGone(callback: () => void): void;
  /** Call it right before the reply is written. */
  settle(): void;
}

/** Knows every reply that is still owed, so that a stop can wait for them. */
export interface PendingReplies {
  add(response: HttpResponse): PendingReply;
  /** Resolves when none is owed any more, or after `graceMs`. */
  drain(graceMs: number): Promise<void>;
}

export function createPendingReplies(): PendingReplies {
  const pending = new Set<PendingReply>();
  let onNone = (): void => {};

  function remove(reply: PendingReply): void {
    pending.delete(reply);
    if (pending.size === 0) onNone();
  }

  return {
    add(response) {
      const watchers: (() => void)[] = [];
      const reply = {
        gone: false,
        settled: false,
        onGone(callback: () => void) {
          if (reply.gone) callback();
          else watchers.push(callback);
        },
        settle() {
          reply.settled = true;
          watchers.length = 0;
          remove(reply);
        },
      };
      pending.add(reply);
      response.onAborted(() => {
        reply.gone = true;
        reply.settled = true;
        remove(reply);
        for (const callback of watchers) callback();
      });
      return reply;
    },
    drain(graceMs) {
      if (pending.size === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, graceMs);
        onNone = () => {
          clearTimeout(timer);
          // The last one is written after it is settled.
          setImmediate(resolve);
        };
      });
    },
  };
}
