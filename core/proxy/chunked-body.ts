import { BadAnswer } from './response-head.ts';

/** A size with its extensions, or all trailers together, in bytes. */
const LONGEST_LINES = 8 * 1024;

/** Up to 12 hexadecimal digits, then extensions, which nobody uses (RFC 9112, 7.1). */
const SIZE = /^([0-9a-fA-F]{1,12})(?:[\t ]*;[\t\x20-\x7e\x80-\xff]*)?$/;

const TRAILER = /^[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e\x80-\xff]*$/;

const CR = 0x0d;
const LF = 0x0a;

type Expects = 'size' | 'data' | 'data-end' | 'trailer' | 'nothing';

/** Takes a chunked body apart (RFC 9112, 7.1). Trailers are judged and dropped. */
export class ChunkedBody {
  #expects: Expects = 'size';
  /** Of the chunk that is being read. */
  #left = 0;
  /** The begun line, when it goes on in the next piece. */
  #line = '';
  /** How long all lines since the last data were. */
  #lineBytes = 0;

  get done(): boolean {
    return this.#expects === 'nothing';
  }

  /** Hands the data to `emit` and returns how many bytes belong to this body. Throws BadAnswer. */
  feed(bytes: Buffer, from: number, emit: (data: Buffer) => void): number {
    let at = from;
    while (at < bytes.length && this.#expects !== 'nothing') {
      if (this.#expects === 'data') {
        const end = Math.min(bytes.length, at + this.#left);
        emit(bytes.subarray(at, end));
        this.#left -= end - at;
        at = end;
        if (this.#left === 0) this.#expects = 'data-end';
      } else {
        const newline = bytes.indexOf(LF, at);
        const end = newline === -1 ? bytes.length : newline + 1;
        this.#lineBytes += end - at;
        if (this.#lineBytes > LONGEST_LINES) throw new BadAnswer('endless lines between its chunks');
        this.#line += bytes.toString('latin1', at, end);
        at = end;
        if (newline !== -1) this.#endLine();
      }
    }
    return at - from;
  }

  #endLine(): void {
    const line = this.#line.slice(0, -2);
    if (this.#line.charCodeAt(this.#line.length - 2) !== CR) throw new BadAnswer('a bare line feed');
    this.#line = '';
    switch (this.#expects) {
      case 'size': {
        const [, digits] = SIZE.exec(line) ?? [];
        if (digits === undefined) throw new BadAnswer('a chunk size that is no number');
        this.#left = Number.parseInt(digits, 16);
        this.#expects = this.#left === 0 ? 'trailer' : 'data';
        this.#lineBytes = 0;
        break;
      }
      case 'data-end':
        if (line !== '') throw new BadAnswer('a chunk longer than its size');
        this.#expects = 'size';
        break;
      default:
        if (line === '') this.#expects = 'nothing';
        else if (!TRAILER.test(line)) throw new BadAnswer('a trailer that is no header line');
    }
  }
}
