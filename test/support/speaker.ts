import type { IncomingMessage } from 'node:http';
import type { Test } from 'tap';
import WebSocket from 'ws';

export interface Heard {
  readonly isBinary: boolean;
  readonly bytes: Buffer;
}

/** A WebSocket of which all that comes is kept, and that can be waited for. */
export class Speaker {
  readonly socket: WebSocket;
  readonly heard: Heard[] = [];
  /** The handshake's answer, once it came: 101 or a refusal. */
  status = 0;
  headers: IncomingMessage['headers'] = {};
  /** Once it is closed; 1006 without a Close frame. */
  end: { readonly code: number; readonly reason: string } | null = null;
  readonly #checks = new Set<() => void>();

  constructor(t: Test, socket: WebSocket) {
    this.socket = socket;
    socket.on('upgrade', (answer) => this.#answered(answer));
    socket.on('unexpected-response', (request, answer) => {
      this.#answered(answer);
      request.destroy();
    });
    socket.on('message', (bytes: Buffer, isBinary) => {
      this.heard.push({ bytes, isBinary });
      this.#check();
    });
    socket.on('close', (code, reason) => {
      this.end = { code, reason: reason.toString() };
      this.#check();
    });
    socket.on('error', () => {});
    socket.on('open', () => this.#check());
    t.teardown(() => socket.terminate());
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  get texts(): readonly string[] {
    return this.heard.filter(({ isBinary }) => !isBinary).map(({ bytes }) => bytes.toString());
  }

  get binaries(): readonly Buffer[] {
    return this.heard.filter(({ isBinary }) => isBinary).map(({ bytes }) => bytes);
  }

  /** The types of ComfyUI's messages. */
  get types(): readonly string[] {
    return this.texts.map((text) => JSON.parse(text).type);
  }

  /** Resolves when it holds; it is tried whenever something has happened. */
  until(holds: (speaker: Speaker) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!holds(this)) return;
        this.#checks.delete(check);
        resolve();
      };
      this.#checks.add(check);
      check();
    });
  }

  #answered({ statusCode = 0, headers }: IncomingMessage): void {
    this.status = statusCode;
    this.headers = headers;
    this.#check();
  }

  #check(): void {
    for (const check of [...this.#checks]) check();
  }
}

export function dial(
  t: Test,
  url: string,
  headers: Readonly<Record<string, string>> = {},
  protocols: readonly string[] = [],
): Speaker {
  return new Speaker(t, new WebSocket(url, [...protocols], { headers, perMessageDeflate: false }));
}
