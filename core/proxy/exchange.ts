import type { ByteSink, ByteSource } from '../http/byte-stream.ts';
import { HttpError } from '../http/http-error.ts';
import type { ResponseHead } from './response-head.ts';
import type { AnswerListener } from './response-parser.ts';
import type { UpstreamAnswer, UpstreamRequest } from './upstream.ts';

/** How much of an answer is kept that nobody has opened yet, in bytes. */
const MOST_UNOPENED = 256 * 1024;

/** What may be sent again when nobody knows whether it was heard (RFC 9110, 9.2.2); a body that streams is gone by then. */
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The connection that an exchange runs over, as far as the exchange steers it. */
export interface Carrier {
  pauseReading(): void;
  resumeReading(): void;
  destroy(): void;
}

/** One request and its answer, from the moment it is asked until the last byte is handed over. */
export class Exchange implements AnswerListener, ByteSource {
  readonly request: UpstreamRequest;
  readonly answer: Promise<UpstreamAnswer>;
  /** Nothing more will come of it: answered in full, failed, or given up. */
  over = false;
  #carrier: Carrier | null = null;
  #resolve!: (answer: UpstreamAnswer) => void;
  #reject!: (reason: Error) => void;
  #head: ResponseHead | null = null;
  #told = false;
  /** Of the body, what came before it was opened. */
  #early: Buffer[] = [];
  #earlyBytes = 0;
  #sink: ByteSink | null = null;
  #failure: Error | null = null;
  #ended = false;
  #waited = 0;

  constructor(request: UpstreamRequest) {
    this.request = request;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get repeatable(): boolean {
    return this.request.body === null && REPEATABLE.has(this.request.method);
  }

  /** The whole answer has come. */
  get ended(): boolean {
    return this.#ended;
  }

  get length(): number | null {
    return this.#head?.length ?? null;
  }

  carry(carrier: Carrier | null): void {
    this.#carrier = carrier;
  }

  /** A second has passed without a connection for it. */
  tick(timeoutSeconds: number): void {
    this.#waited += 1;
    if (this.#waited > timeoutSeconds) this.fail(timeout(timeoutSeconds));
  }

  head(head: ResponseHead): void {
    this.#head = head;
  }

  data(bytes: Buffer): void {
    if (this.over) return;
    if (this.#sink !== null) return this.#sink.write(bytes);
    // They lie where the next ones will be read to.
    this.#early.push(Buffer.from(bytes));
    this.#earlyBytes += bytes.length;
    if (this.#earlyBytes > MOST_UNOPENED) this.#carrier?.pauseReading();
  }

  end(): void {
    this.#ended = true;
    if (this.#sink !== null) this.#finish(this.#sink);
  }

  /** All that one packet held was told. */
  tell(): void {
    if (this.#head === null || this.#told) return;
    this.#told = true;
    const { status, fields, framing, length } = this.#head;
    let body: UpstreamAnswer['body'] = this;
    if (this.#ended) {
      this.over = true;
      body = framing === 'none' ? emptySource(length) : joined(this.#early);
    }
    this.#resolve({ status, fields, body });
  }

  fail(reason: Error): void {
    if (this.over) return;
    this.over = true;
    this.#early = [];
    this.#failure = reason;
    if (!this.#told) {
      this.#told = true;
      this.#reject(reason);
    } else this.#sink?.fail(reason);
  }

  open(sink: ByteSink): void {
    if (this.#failure !== null) return sink.fail(this.#failure);
    this.#sink = sink;
    const early = this.#early;
    this.#early = [];
    for (const bytes of early) if (!this.over) sink.write(bytes);
    if (this.#ended) this.#finish(sink);
    else if (this.#earlyBytes > MOST_UNOPENED) this.#carrier?.resumeReading();
  }

  pause(): void {
    this.#carrier?.pauseReading();
  }

  resume(): void {
    this.#carrier?.resumeReading();
  }

  abort(): void {
    if (this.over) return;
    this.fail(GIVEN_UP);
    this.#carrier?.destroy();
  }

  #finish(sink: ByteSink): void {
    if (this.over) return;
    this.over = true;
    sink.end();
  }
}

/** Nobody is there to be told. */
const GIVEN_UP = new HttpError(503, 'The request was given up');

export function timeout(seconds: number): HttpError {
  return new HttpError(504, `ComfyUI did not answer within ${seconds} seconds`);
}

function joined(parts: readonly Buffer[]): Uint8Array {
  return parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts);
}

/** What HEAD and 304 name as a length, or do not: there are no such bytes. */
function emptySource(length: number | null): ByteSource {
  return { length, open: (sink) => sink.end(), pause() {}, resume() {}, abort() {} };
}
