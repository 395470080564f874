import { connect, type Socket } from 'node:net';
import type { Test } from 'tap';
import { WITH_KEY } from './server.ts';
import { OPCODES } from './websocket-frames.ts';

/** A viewer by hand, over plain TCP: it can stop reading, which no client library offers. */
export class RawViewer {
  /** In the order in which they came. */
  readonly texts: string[] = [];
  readonly binaries: Buffer[] = [];
  /** The Close frame's code and reason, once it came. */
  close: { readonly code: number; readonly reason: string } | null = null;
  /** The connection is over, with or without a Close frame. */
  isOver = false;
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #isOpen = false;
  readonly #checks = new Set<() => void>();

  constructor(
    t: Test,
    port: number,
    query = '',
    headers: Readonly<Record<string, string>> = WITH_KEY,
    path = '/api/run/ws',
  ) {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.write(
      `GET ${path}${query} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${lines.join('')}\r\n`,
    );
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      this.isOver = true;
      this.#check();
    });
    t.teardown(() => this.#socket.destroy());
  }

  /** The events that came, as JSON. */
  get events(): readonly { readonly id: number; readonly type: string; readonly message: string }[] {
    return this.texts.map((text) => JSON.parse(text)).filter((frame) => 'type' in frame);
  }

  /** The states of runs that came, as JSON. */
  get states(): readonly { readonly prompt_id: string; readonly step: number; readonly status: string }[] {
    return this.texts.map((text) => JSON.parse(text)).filter((frame) => 'prompt_id' in frame);
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  stopReading(): void {
    this.#socket.pause();
  }

  readOn(): void {
    this.#socket.resume();
  }

  /** Resolves when the condition holds; it is tried whenever something has come. */
  until(condition: (viewer: RawViewer) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!condition(this)) return;
        this.#checks.delete(check);
        resolve();
      };
      this.#checks.add(check);
      check();
    });
  }

  #read(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (!this.#isOpen) {
      const end = this.#rest.indexOf('\r\n\r\n');
      if (end === -1) return;
      this.#isOpen = true;
      this.#rest = this.#rest.subarray(end + 4);
    }
    while (this.#takeFrame());
    this.#check();
  }

  /** Frames of a server: whole and not masked (RFC 6455, 5.2). */
  #takeFrame(): boolean {
    const bytes = this.#rest;
    if (bytes.length < 2) return false;
    const short = bytes.readUInt8(1);
    const head = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (bytes.length < head) return false;
    const length =
      short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
    if (bytes.length < head + length) return false;
    const payload = bytes.subarray(head, head + length);
    this.#rest = bytes.subarray(head + length);
    const opcode = bytes.readUInt8(0) & 0x0f;
    if (opcode === OPCODES.text) this.texts.push(payload.toString());
    if (opcode === OPCODES.binary) this.binaries.push(Buffer.from(payload));
    if (opcode === OPCODES.close)
      this.close = { code: payload.readUInt16BE(0), reason: payload.subarray(2).toString() };
    return true;
  }

  #check(): void {
    for (const check of [...this.#checks]) check();
  }
}
