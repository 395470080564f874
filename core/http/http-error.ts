import { type Headers, NO_HEADERS } from './reply.ts';

export interface HttpErrorOptions {
  /** Reply headers that belong to the error, such as Retry-After or Allow. */
  readonly headers?: Headers;
  /** More members for the body, beside `detail`. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** Thrown anywhere below a route, it becomes the reply `status {"detail": detail, ...extra}`. */
export class HttpError extends Error {
  readonly status: number;
  readonly detail: string;
  readonly headers: Headers;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(status: number, detail: string, options: HttpErrorOptions = {}) {
    // It is an answer, not a mistake that somebody looks for: in a flood of refusals, stacks would be most of the cost.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(detail);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'HttpError';
    this.status = status;
    this.detail = detail;
    this.headers = options.headers ?? NO_HEADERS;
    this.extra = options.extra ?? {};
  }
}
