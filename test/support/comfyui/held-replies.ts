import type { IncomingMessage } from 'node:http';

/** What of a request decides whether its reply is held back; the path with its query, as it came. */
export type Match = (request: { readonly method: string; readonly path: string }) => boolean;

/** Replies that are held back until a test lets them go. */
export class HeldReplies {
  readonly #holds = new Map<Match, Promise<void>>();

  /** Holds back what matches from now on; call what it returns to let all of it go. */
  hold(match: Match): () => void {
    let release = (): void => undefined;
    this.#holds.set(
      match,
      new Promise((resolve) => {
        release = resolve;
      }),
    );
    return () => {
      this.#holds.delete(match);
      release();
    };
  }

  async released({ method = 'GET', url: path = '/' }: IncomingMessage): Promise<void> {
    for (const [match, released] of this.#holds) if (match({ method, path })) await released;
  }
}
