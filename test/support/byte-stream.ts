import type { ByteSink, ByteSource } from '../../core/http/byte-stream.ts';

/** A source that has all its bytes at hand. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    length: bytes.byteLength,
    open(sink) {
      sink.write(bytes);
      sink.end();
    },
    pause() {},
    resume() {},
    abort() {},
  };
}

/** All bytes of a source. */
export function bytesOf(source: ByteSource | Uint8Array): Promise<Buffer> {
  if (source instanceof Uint8Array) return Promise.resolve(Buffer.from(source));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    source.open({
      write: (chunk) => chunks.push(Buffer.from(chunk)),
      end: () => resolve(Buffer.concat(chunks)),
      fail: reject,
    });
  });
}

/** A source whose every step the test decides; what its reader asked for is in `asked`. */
export class ScriptedSource implements ByteSource {
  readonly length: number | null;
  readonly asked: ('open' | 'pause' | 'resume' | 'abort')[] = [];
  #sink: ByteSink | null = null;
  #waiting: { what: string; call: () => void }[] = [];

  constructor(length: number | null) {
    this.length = length;
  }

  open(sink: ByteSink): void {
    this.#sink = sink;
    this.#note('open');
  }

  pause(): void {
    this.#note('pause');
  }

  resume(): void {
    this.#note('resume');
  }

  abort(): void {
    this.#note('abort');
  }

  get sink(): ByteSink {
    if (this.#sink === null) throw new Error('nobody has opened the source');
    return this.#sink;
  }

  /** Resolves when the reader has asked for it, now or later. */
  until(what: 'open' | 'pause' | 'resume' | 'abort'): Promise<void> {
    if (this.asked.includes(what)) return Promise.resolve();
    return new Promise((call) => this.#waiting.push({ what, call }));
  }

  #note(what: 'open' | 'pause' | 'resume' | 'abort'): void {
    this.asked.push(what);
    for (const waiter of this.#waiting) if (waiter.what === what) waiter.call();
  }
}
