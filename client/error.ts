/** A call that Studio refused or did not answer, or a stream that cannot go on. */
export class StudioError extends Error {
  /** The HTTP status; 0 when Studio could not be reached. */
  readonly status: number;
  /** Why, in words for a person; the `detail` of Studio's answer where it has one. */
  readonly detail: string;
  /** All that Studio answered: parsed when it is JSON, else its text; undefined when nothing came. */
  readonly body: unknown;

  constructor(status: number, detail: string, body?: unknown) {
    super(detail);
    this.name = 'StudioError';
    this.status = status;
    this.detail = detail;
    this.body = body;
  }
}
