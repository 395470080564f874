/** A header line of an answer; its value without the white space around it. */
export interface Field {
  readonly name: string;
  /** The name in lower case. */
  readonly key: string;
  readonly value: string;
}

/** How an answer's body ends (RFC 9112, 6.3): it has none, after so many bytes, with its last chunk, or with the connection. */
export type Framing = 'none' | 'chunked' | 'close' | number;

export interface ResponseHead {
  readonly status: number;
  readonly fields: readonly Field[];
  /** The Content-Length, also where no body follows it; null without one. */
  readonly length: number | null;
  readonly framing: Framing;
  /** The connection may carry another request afterwards. */
  readonly persistent: boolean;
}

/** An answer that can be read in more than one way, or in none. Its message says which rule was broken, and quotes nothing. */
export class BadAnswer extends Error {
  constructor(rule: string) {
    super(`ComfyUI's answer is not clean HTTP: ${rule}`);
    this.name = 'BadAnswer';
  }
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9][0-9][0-9])(?: [\t\x20-\x7e\x80-\xff]*)?$/;

/** A control character, or half a line break: some read it as a whole one (RFC 9112, 2.2). */
const UNCLEAN = /[^\t\r\n\x20-\x7e\x80-\xff]|\r(?!\n)|(?<!\r)\n/;

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

const MOST_FIELDS = 200;

/**
 * Reads the head of an answer to a request with this method: everything before the empty line, as latin1. Stricter than
 * RFC 9112 asks for where two readers could disagree about where the body ends. Throws BadAnswer.
 */
export function parseResponseHead(text: string, method: string): ResponseHead {
  if (UNCLEAN.test(text)) throw new BadAnswer('a control character in its head');
  let end = lineEnd(text, 0);
  const [, minor, digits] = STATUS_LINE.exec(text.slice(0, end)) ?? [];
  if (minor === undefined) throw new BadAnswer('its first line is no status line');
  const status = Number(digits);
  const fields: Field[] = [];
  let length: number | null = null;
  let chunked = false;
  let persistent = minor === '1';
  while (end < text.length) {
    if (fields.length === MOST_FIELDS) throw new BadAnswer(`more than ${MOST_FIELDS} header lines`);
    const start = end + 2;
    end = lineEnd(text, start);
    const field = parseField(text.slice(start, end));
    fields.push(field);
    switch (field.key) {
      case 'content-length':
        // Also when both say the same: nobody honest sends two.
        if (length !== null) throw new BadAnswer('two Content-Lengths');
        length = parseLength(field.value);
        break;
      case 'transfer-encoding':
        if (chunked || field.value.toLowerCase() !== 'chunked' || minor === '0')
          throw new BadAnswer('a Transfer-Encoding other than chunked');
        chunked = true;
        break;
      case 'connection':
        if (/(?:^|,)[\t ]*close[\t ]*(?:,|$)/i.test(field.value)) persistent = false;
    }
  }
  if (chunked && length !== null) throw new BadAnswer('Content-Length and Transfer-Encoding');
  const framing = framingOf(status, method, chunked, length);
  return { status, fields, length, framing, persistent: persistent && framing !== 'close' };
}

/** Where the line that begins at `start` ends. Not by `split`, which makes an array of what is read once, and caches it. */
function lineEnd(text: string, start: number): number {
  const end = text.indexOf('\r\n', start);
  return end === -1 ? text.length : end;
}

/** A line that begins with white space goes on from the one before (obs-fold), for some: no name is empty or has a space. */
function parseField(line: string): Field {
  const colon = line.indexOf(':');
  const name = line.slice(0, colon);
  if (colon === -1 || !TOKEN.test(name)) throw new BadAnswer('a header line without a name');
  return { name, key: name.toLowerCase(), value: trim(line.slice(colon + 1)) };
}

/** Spaces and tabs only, which `trim` would not keep to (RFC 9110, 5.6.3). */
function trim(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value.charCodeAt(start))) start += 1;
  while (end > start && isBlank(value.charCodeAt(end - 1))) end -= 1;
  return value.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Up to 15 digits: it stays a safe integer. */
function parseLength(value: string): number {
  if (!/^[0-9]{1,15}$/.test(value)) throw new BadAnswer('a Content-Length that is no plain number');
  return Number(value);
}

function framingOf(status: number, method: string, chunked: boolean, length: number | null): Framing {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return 'none';
  if (chunked) return 'chunked';
  return length ?? 'close';
}
