import { ChunkedBody } from './chunked-body.ts';
import { BadAnswer, parseResponseHead, type ResponseHead } from './response-head.ts';

/** In bytes, with the first line. */
const LONGEST_HEAD = 64 * 1024;

/** How many 1xx answers may come before the real one. */
const MOST_INTERIM = 16;

const HEAD_END = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.alloc(0);

/** What a parser tells, in this order. The bytes are those that were fed, not a copy. */
export interface AnswerListener {
  head(head: ResponseHead): void;
  data(bytes: Buffer): void;
  end(): void;
}

/**
 * Reads the answers of one connection, whose bytes may be split anywhere. One answer at a time: `begin` says that a request
 * was sent. Interim answers (100, 103) are skipped; 101 is none, since nobody asked for it.
 */
export class ResponseParser {
  readonly #listener: AnswerListener;
  #state: 'idle' | 'head' | 'body' = 'idle';
  #method = '';
  #interim = 0;
  /** The begun head. */
  #head: Buffer = NOTHING;
  #framing: ResponseHead['framing'] = 'none';
  #left = 0;
  #chunks: ChunkedBody | null = null;

  constructor(listener: AnswerListener) {
    this.#listener = listener;
  }

  /** A byte of the answer has come. */
  get begun(): boolean {
    return this.#state === 'body' || this.#head.length > 0 || this.#interim > 0;
  }

  begin(method: string): void {
    this.#state = 'head';
    this.#method = method;
    this.#interim = 0;
  }

  /** Throws BadAnswer; then nothing that comes on this connection can be trusted. */
  feed(bytes: Buffer): void {
    let at = 0;
    // `end` may begin the next request; what is left then was sent before it and answers nothing.
    while (at < bytes.length) {
      if (this.#state === 'idle') throw new BadAnswer('bytes after its end');
      at += this.#state === 'head' ? this.#feedHead(bytes, at) : this.#feedBody(bytes, at);
    }
  }

  /** The connection has ended. Throws BadAnswer when that is in the middle of an answer. */
  finish(): void {
    if (this.#state === 'idle') return;
    if (this.#state === 'body' && this.#framing === 'close') return this.#end();
    throw new BadAnswer('it breaks off');
  }

  #feedHead(bytes: Buffer, from: number): number {
    const known = this.#head.length;
    // Nearly always the whole head comes at once.
    const all = known === 0 ? bytes.subarray(from) : Buffer.concat([this.#head, bytes.subarray(from)]);
    const end = all.indexOf(HEAD_END, Math.max(0, known - 3));
    if (end > LONGEST_HEAD || (end === -1 && all.length > LONGEST_HEAD))
      throw new BadAnswer(`its head is longer than ${LONGEST_HEAD} bytes`);
    if (end === -1) {
      this.#head = Buffer.from(all);
      return bytes.length - from;
    }
    this.#head = NOTHING;
    const head = parseResponseHead(all.toString('latin1', 0, end), this.#method);
    if (head.status >= 200) this.#beginBody(head);
    else this.#skipInterim(head.status);
    return end + HEAD_END.length - known;
  }

  #skipInterim(status: number): void {
    this.#interim += 1;
    if (status === 101) throw new BadAnswer('it switches protocols, and nobody asked for it');
    if (this.#interim > MOST_INTERIM) throw new BadAnswer('endless interim answers');
  }

  #beginBody(head: ResponseHead): void {
    this.#state = 'body';
    this.#framing = head.framing;
    this.#left = typeof head.framing === 'number' ? head.framing : 0;
    this.#chunks = head.framing === 'chunked' ? new ChunkedBody() : null;
    this.#listener.head(head);
    if (head.framing === 'none' || head.framing === 0) this.#end();
  }

  #feedBody(bytes: Buffer, from: number): number {
    if (this.#chunks !== null) {
      const taken = this.#chunks.feed(bytes, from, (data) => this.#listener.data(data));
      if (this.#chunks.done) this.#end();
      return taken;
    }
    const rest = from === 0 ? bytes : bytes.subarray(from);
    if (this.#framing === 'close') {
      this.#listener.data(rest);
      return rest.length;
    }
    const data = rest.length > this.#left ? rest.subarray(0, this.#left) : rest;
    this.#left -= data.length;
    this.#listener.data(data);
    if (this.#left === 0) this.#end();
    return data.length;
  }

  #end(): void {
    this.#state = 'idle';
    this.#chunks = null;
    this.#listener.end();
  }
}
