import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ByteSink, ByteSource } from '../http/byte-stream.ts';
import { HttpError } from '../http/http-error.ts';
import { type Carrier, type Exchange, timeout } from './exchange.ts';
import { BadAnswer } from './response-head.ts';
import { ResponseParser } from './response-parser.ts';
import { copyOf, giveBack } from './spare-buffers.ts';
import type { Target } from './target.ts';

/** In bytes; more of a request's body is not taken before ComfyUI has taken what is there. */
const MOST_UNSENT = 1024 * 1024;

const CONNECT_SECONDS = 10;

/** ComfyUI closes what is idle after 75 s, others after 5 s. */
const IDLE_SECONDS = 4;

/** All connections read into this one: whoever gets the bytes copies what they keep, and two never read at once. */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

const UNREACHABLE = new HttpError(503, 'ComfyUI does not answer. Studio keeps trying to reach it.', {
  headers: Object.freeze({ 'Retry-After': '3' }),
});
const BROKE_OFF = new HttpError(502, 'ComfyUI broke off before it had answered');

export interface ConnectionOwner {
  /** It can take the next exchange. */
  onFree(connection: Connection): void;
  /** It is gone. */
  onClose(connection: Connection): void;
  /** It was closed when nobody could know; what was asked may be asked again. */
  onRetry(exchange: Exchange): void;
}

/** One connection to ComfyUI, which carries one exchange after the other. */
export class Connection implements Carrier {
  /** performance.now() of the last exchange's end, in ms. */
  idleSince = 0;
  readonly #target: Target;
  /** The header lines that every request has. */
  readonly #ownLines: string;
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  readonly #parser: ResponseParser;
  #connected = false;
  /** How many exchanges it has carried to their end. */
  #carried = 0;
  #exchange: Exchange | null = null;
  /** All of the request was handed over. */
  #sent = true;
  #persistent = true;
  #upload: ByteSource | null = null;
  /** Seconds without a byte, while one is due. */
  #quiet = 0;
  #reading = true;
  #gone = false;

  constructor(target: Target, owner: ConnectionOwner) {
    this.#target = target;
    const { authority, authorization } = target;
    this.#ownLines = `Host: ${authority}\r\n${authorization === null ? '' : `Authorization: ${authorization}\r\n`}`;
    this.#owner = owner;
    this.#parser = new ResponseParser({
      head: (head) => {
        this.#persistent = head.persistent;
        this.#exchange?.head(head);
      },
      data: (bytes) => this.#exchange?.data(bytes),
      end: () => this.#exchange?.end(),
    });
    this.#socket = this.#connect();
  }

  run(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#quiet = 0;
    exchange.carry(this);
    if (this.#connected) this.#send(exchange);
  }

  /** A second has passed. */
  tick(timeoutSeconds: number): void {
    if (!this.#reading) return;
    this.#quiet += 1;
    if (this.#exchange === null) {
      if (this.#quiet > IDLE_SECONDS) this.destroy();
    } else if (!this.#connected) {
      if (this.#quiet > CONNECT_SECONDS) this.#break(UNREACHABLE);
    } else if (this.#quiet > timeoutSeconds) this.#break(timeout(timeoutSeconds));
  }

  pauseReading(): void {
    if (this.#gone || !this.#reading) return;
    this.#reading = false;
    this.#socket.pause();
  }

  resumeReading(): void {
    if (this.#gone || this.#reading) return;
    this.#reading = true;
    this.#quiet = 0;
    this.#socket.resume();
  }

  destroy(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#upload?.abort();
    this.#upload = null;
    this.#socket.destroy();
    this.#owner.onClose(this);
  }

  #connect(): Socket {
    const { tls, host, port } = this.#target;
    const onread = { buffer: READ_BUFFER, callback: (size: number) => this.#read(size) };
    const options = { host, port, onread, noDelay: true, ...(isIP(host) === 0 && { servername: host }) };
    const socket = tls ? connectTls(options) : connectTcp(options);
    socket.on(tls ? 'secureConnect' : 'connect', () => {
      this.#connected = true;
      this.#quiet = 0;
      if (this.#exchange !== null) this.#send(this.#exchange);
    });
    socket.on('drain', () => this.#upload?.resume());
    socket.on('end', () => this.#finish());
    // What it is called does not matter: a peer that vanished, whatever the reason.
    socket.on('error', () => this.#breakOff());
    socket.on('close', () => this.#breakOff());
    return socket;
  }

  #send(exchange: Exchange): void {
    const { method, path, lines, body } = exchange.request;
    const head = `${method} ${this.#target.prefix}${path} HTTP/1.1\r\n${this.#ownLines}${lines}${framing(method, body)}\r\n`;
    this.#parser.begin(method);
    this.#sent = false;
    // Header values reach Studio as UTF-8.
    if (body === null) this.#socket.write(head, 'utf8');
    else {
      this.#socket.cork();
      this.#socket.write(head, 'utf8');
      if (body instanceof Uint8Array) this.#socket.write(body);
      else this.#pump(body);
      process.nextTick(() => this.#socket.uncork());
    }
    if (body === null || body instanceof Uint8Array) this.#sent = true;
  }

  #pump(body: ByteSource): void {
    this.#upload = body;
    body.open(body.length === null ? this.#chunkedSink(body) : this.#sizedSink(body, body.length));
  }

  #sizedSink(body: ByteSource, length: number): ByteSink {
    let size = 0;
    return {
      write: (chunk) => {
        size += chunk.byteLength;
        if (size > length) return this.#break(new Error('A body was longer than it said'));
        this.#write(chunk, body);
      },
      end: () => {
        if (size < length) this.#break(new Error('A body was shorter than it said'));
        else this.#endRequest();
      },
      fail: (reason) => this.#break(reason),
    };
  }

  #chunkedSink(body: ByteSource): ByteSink {
    return {
      write: (chunk) => {
        if (chunk.byteLength === 0) return;
        if (this.#gone) return;
        this.#socket.cork();
        this.#socket.write(`${chunk.byteLength.toString(16)}\r\n`);
        this.#write(chunk, body);
        this.#socket.write('\r\n');
        this.#socket.uncork();
      },
      end: () => {
        if (!this.#gone) this.#socket.write('0\r\n\r\n');
        this.#endRequest();
      },
      fail: (reason) => this.#break(reason),
    };
  }

  #write(bytes: Uint8Array, body: ByteSource): void {
    if (this.#gone) return;
    this.#quiet = 0;
    const copy = copyOf(bytes);
    this.#socket.write(copy, () => giveBack(copy));
    if (this.#socket.writableLength > MOST_UNSENT) body.pause();
  }

  #endRequest(): void {
    this.#upload = null;
    this.#sent = true;
    this.#settle();
  }

  #read(size: number): boolean {
    if (this.#gone) return false;
    this.#quiet = 0;
    try {
      this.#parser.feed(READ_BUFFER.subarray(0, size));
    } catch (error) {
      this.#exchange?.tell();
      this.#break(error instanceof BadAnswer ? new HttpError(502, error.message) : toError(error));
      return false;
    }
    this.#exchange?.tell();
    this.#settle();
    return this.#reading;
  }

  /** When the answer is complete: on to the next, unless something is left that the other side may take for it. */
  #settle(): void {
    const exchange = this.#exchange;
    if (exchange === null || !exchange.ended || this.#gone) return;
    this.#exchange = null;
    exchange.carry(null);
    if (!this.#sent || !this.#persistent) return this.destroy();
    this.resumeReading();
    this.#quiet = 0;
    this.#carried += 1;
    this.idleSince = performance.now();
    this.#owner.onFree(this);
  }

  /** The other side has ended the connection: that may be how an answer ends. */
  #finish(): void {
    if (this.#gone) return;
    try {
      this.#parser.finish();
    } catch {
      return this.#breakOff();
    }
    this.#exchange?.tell();
    this.#persistent = false;
    this.#settle();
    this.destroy();
  }

  #breakOff(): void {
    if (this.#gone) return;
    const exchange = this.#exchange;
    const unheard = exchange !== null && this.#connected && !this.#parser.begun;
    if (unheard && this.#carried > 0 && exchange.repeatable && !exchange.over) {
      this.#exchange = null;
      exchange.carry(null);
      this.destroy();
      return this.#owner.onRetry(exchange);
    }
    this.#break(this.#connected ? BROKE_OFF : UNREACHABLE);
  }

  #break(reason: Error): void {
    const exchange = this.#exchange;
    this.#exchange = null;
    this.destroy();
    exchange?.fail(reason);
  }
}

/** A GET without a body names no length (RFC 9110, 8.6). */
function framing(method: string, body: ByteSource | Uint8Array | null): string {
  if (body === null)
    return method === 'POST' || method === 'PUT' || method === 'PATCH' ? 'Content-Length: 0\r\n' : '';
  const length = body instanceof Uint8Array ? body.byteLength : body.length;
  return length === null ? 'Transfer-Encoding: chunked\r\n' : `Content-Length: ${length}\r\n`;
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
