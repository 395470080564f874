import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

export interface RecordedRequest {
  readonly method: string;
  /** Byte for byte as it came, with its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Left out for WebSocket handshakes and bodies over 64 KiB. */
  readonly body?: string;
}

const maxEntries = 1000;
const maxBodyBytes = 65536;

/** What reached the stand-in, for tests to look at. */
export class RequestLog {
  readonly entries: RecordedRequest[] = [];
  #waiting: { match: (request: RecordedRequest) => boolean; resolve: (request: RecordedRequest) => void }[] =
    [];

  add(request: IncomingMessage, body: Buffer | undefined): void {
    const { method = 'GET', url: path = '/', headers } = request;
    const kept = body && body.length <= maxBodyBytes ? { body: body.toString() } : {};
    const entry = { method, path, headers, ...kept };
    this.entries.push(entry);
    if (this.entries.length > maxEntries) this.entries.shift();
    const due = this.#waiting.filter(({ match }) => match(entry));
    this.#waiting = this.#waiting.filter((one) => !due.includes(one));
    for (const { resolve } of due) resolve(entry);
  }

  find(match: (request: RecordedRequest) => boolean): Promise<RecordedRequest> {
    const known = this.entries.find(match);
    if (known) return Promise.resolve(known);
    return new Promise((resolve) => this.#waiting.push({ match, resolve }));
  }
}
