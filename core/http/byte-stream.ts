/**
 * Bytes that come bit by bit: a request's body, or another server's answer. One reader opens it, once. A chunk belongs to
 * the source and may be overwritten when `write` returns: who keeps it copies it.
 */
export interface ByteSource {
  /** In bytes; null when nobody said beforehand. */
  readonly length: number | null;
  /** From now on the sink is told of everything, at once of what is there already; after `end` or `fail` of nothing more. */
  open(sink: ByteSink): void;
  /** The reader is full. A chunk that was on its way may still come. */
  pause(): void;
  resume(): void;
  /** The reader wants no more. Nothing is told after that; before `open` or twice it does no harm. */
  abort(): void;
}

export interface ByteSink {
  write(chunk: Uint8Array): void;
  /** All of it has come. */
  end(): void;
  /** The rest will never come. */
  fail(reason: Error): void;
}
