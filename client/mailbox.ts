import { StudioError } from './error.ts';

/** So many different messages may wait to be read. */
const MOST = 10_000;

/** What waits for one slow reader. It is read by one `for await`, to its end. */
export interface Mailbox<T> extends AsyncIterable<T> {
  /** Of the messages with one `key` only the newest waits, behind all that came before it. */
  put(key: string, message: T): void;
  /** What waits is read by nobody. */
  discard(): void;
  /** The reader gets what waits, and then the end. */
  end(): void;
  /** The reader gets what waits, and then the error. */
  fail(error: unknown): void;
  /** Whether the end is known: nothing is put any more. */
  readonly isEnding: boolean;
}

/** Fails when more than `most` wait: nothing is lost without a word, and nothing is without bounds. */
export function createMailbox<T>(most = MOST): Mailbox<T> {
  const waiting = new Map<string, T>();
  let ending: { readonly error?: unknown } | null = null;
  let wake = (): void => {};

  function endWith(how: { readonly error?: unknown }): void {
    ending ??= how;
    wake();
  }

  return {
    put(key, message) {
      if (ending !== null) return;
      waiting.delete(key);
      waiting.set(key, message);
      if (waiting.size > most) {
        endWith({ error: new StudioError(0, `More than ${most} messages were left unread.`) });
      }
      wake();
    },
    discard: () => waiting.clear(),
    end: () => endWith({}),
    fail: (error) => endWith({ error }),
    get isEnding() {
      return ending !== null;
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        for (const [key, message] of waiting) {
          waiting.delete(key);
          yield message;
        }
        if (ending !== null) {
          if ('error' in ending) throw ending.error;
          return;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
